package org.o365relay.accept;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.o365relay.admit.AddressPattern;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Tolerance;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.route.Conditions;
import org.o365relay.route.RouteRule;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;

/// The settings in the `#` lines of a [Dialog]:
///
/// ```
/// # client 127.0.0.9                  where the client connects from
/// # counted bare-line-feed 1          how often this deviation of the client must have been counted at the end
/// # trusted 127.0.0.1
/// # tolerance strict                  strict, standard or legacy
/// # deviation no-helo=refuse          or accept
/// # auth accept-any                   none, accept-any or required; the users are those of dialogs/users
/// # auth allow-without-tls              required, and TLS is not
/// # limits recipients=2               or message-size, command-line, hops
/// # limits recipients-per-day=2       or messages-per-minute, recipients-per-hour
/// # queue maximum-size=1              or minimum-free-space
/// # mailbox alerts@contoso.test 300   another mailbox, or the first (relay@contoso.test); its largest message
/// # route recipient @x.test alerts@contoso.test     or sender, or from; to a mailbox named above
/// ```
///
/// A dialog with `counted` needs a client address of its own, because dialogs with the same settings share a
/// front.
public record DialogSettings(FrontSettings front, String client, Map<Deviation, Long> counted) {

    public static final Path USERS = DocumentedProtocol.DIALOGS.resolveSibling("users");

    static DialogSettings of(List<String> directives) {
        DialogSettings settings =
                new DialogSettings(FrontSettings.DEFAULTS, "127.0.0.1", new EnumMap<>(Deviation.class));
        for (String directive : directives) {
            settings = settings.with(directive.split("[ =]+", -1));
        }
        return settings;
    }

    private DialogSettings with(String[] words) {
        return switch (words[0]) {
            case "client" -> new DialogSettings(front, words[1], counted);
            case "counted" -> {
                counted.put(deviation(words[1]), Long.valueOf(words[2]));
                yield this;
            }
            case "trusted" -> with(front.trusting(words[1]));
            case "tolerance" -> with(front.with(tolerance(words[1])));
            case "deviation" ->
                with(front.with(
                        front.policy().tolerance().with(Map.of(deviation(words[1]), words[2].equals("accept")))));
            case "auth" -> with(auth(words[1]));
            case "limits" -> with(limit(words[1], Integer.parseInt(words[2])));
            case "mailbox" -> with(front.with(mailbox(words[1], Long.parseLong(words[2]))));
            case "route" -> with(front.with(route(words[1], words[2], words[3])));
            case "queue" -> with(queue(words[1], Long.parseLong(words[2])));
            default -> throw new IllegalArgumentException("unknown directive: " + words[0]);
        };
    }

    private DialogSettings with(FrontSettings changed) {
        return new DialogSettings(changed, client, counted);
    }

    private static Tolerance tolerance(String name) {
        return switch (name) {
            case "strict" -> Tolerance.STRICT;
            case "standard" -> Tolerance.STANDARD;
            case "legacy" -> Tolerance.LEGACY;
            default -> throw new IllegalArgumentException("unknown tolerance: " + name);
        };
    }

    private static Deviation deviation(String key) {
        return Deviation.of(key).orElseThrow(() -> new IllegalArgumentException("unknown deviation: " + key));
    }

    private Routes mailbox(String name, long messageSize) {
        Routes routes = front.session().routes();
        EmailAddress address = EmailAddress.parse(name).orElseThrow();
        List<Target> targets = new ArrayList<>(routes.targets());
        targets.removeIf(target -> target.name().equals(name));
        Target changed = new Target(name, List.of(address), messageSize, null);
        targets.add(address.equals(FrontSettings.MAILBOX) ? 0 : targets.size(), changed);
        return new Routes(routes.rules(), targets);
    }

    private Routes route(String what, String text, String mailbox) {
        Routes routes = front.session().routes();
        AddressPattern pattern = AddressPattern.parse(text).orElseThrow();
        List<RouteRule> rules = new ArrayList<>(routes.rules());
        rules.add(new RouteRule(
                new Conditions(
                        null,
                        what.equals("sender") ? pattern : null,
                        what.equals("from") ? pattern : null,
                        what.equals("recipient") ? pattern : null),
                mailbox,
                Priority.NORMAL));
        return new Routes(rules, routes.targets());
    }

    private FrontSettings auth(String word) {
        if (word.equals("allow-without-tls")) {
            return front.with(AuthPolicy.REQUIRED).withAuthWithoutTls().withUsers(USERS);
        }
        return front.with(AuthPolicy.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_')));
    }

    private FrontSettings limit(String name, int value) {
        int connections = front.policy().limits().connections();
        return switch (name) {
            case "recipients" -> front.withRecipients(value);
            case "hops" -> front.withHops(value);
            case "message-size" -> front.withMessageSize(value);
            case "command-line" -> front.withCommandLine(value);
            case "messages-per-minute" -> front.with(new DeviceLimits(connections, value, null, null));
            case "recipients-per-hour" -> front.with(new DeviceLimits(connections, null, value, null));
            case "recipients-per-day" -> front.with(new DeviceLimits(connections, null, null, value));
            default -> throw new IllegalArgumentException("unknown limit: " + name);
        };
    }

    private FrontSettings queue(String name, long octets) {
        return switch (name) {
            case "maximum-size" -> front.withMaximumQueueSize(octets);
            case "minimum-free-space" -> front.withFreeSpaceFloor(octets);
            default -> throw new IllegalArgumentException("unknown setting of the queue: " + name);
        };
    }
}
