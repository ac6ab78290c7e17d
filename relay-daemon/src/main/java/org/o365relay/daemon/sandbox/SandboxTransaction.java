package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// MAIL, RCPT and the content, one message after the other.
final class SandboxTransaction implements AutoCloseable {

    private static final Set<String> MAIL_PARAMETERS = Set.of("SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH");
    private static final Set<String> RCPT_PARAMETERS = Set.of("NOTIFY", "ORCPT");
    private static final Pattern CHUNK =
            Pattern.compile("(?<size>\\d{1,18})(?<last> +LAST)?", Pattern.CASE_INSENSITIVE);

    private final SmtpService door;
    private final SandboxSession session;
    private final SandboxConnection wire;
    private final FaultInjector script;
    private final ContentHandler delivery;

    private @Nullable PathArgument sender;
    private final List<String> recipients = new ArrayList<>();
    private @Nullable SpooledContent chunks;

    SandboxTransaction(
            SandboxState office,
            SmtpService door,
            SandboxSession session,
            SandboxConnection wire,
            FaultInjector script) {
        this.door = door;
        this.session = session;
        this.wire = wire;
        this.script = script;
        this.delivery = new ContentHandler(office, door, session, script);
    }

    void mail(String argument) throws IOException {
        Optional<String> refusal = door.refusesSender(session);
        if (refusal.isPresent()) {
            refuse(refusal.get());
        } else if (sender != null) {
            refuse("503 5.5.2 Sender already specified");
        } else if (script.passes(FaultPoint.MAIL, argument)) {
            PathArgument.parse(argument, "FROM:").ifPresentOrElse(this::begin, this::invalidSender);
        }
    }

    private void begin(PathArgument path) {
        Optional<String> unknown = path.unknownParameter(MAIL_PARAMETERS);
        if (!path.isNull() && !path.isMailbox(path.has("SMTPUTF8"))) {
            invalidSender();
        } else if (unknown.isPresent()) {
            refuse("501 5.5.4 Unrecognized parameter '" + unknown.get() + "'");
        } else if (path.declaredSize().orElse(0) > SandboxSettings.ADVERTISED_SIZE) {
            refuse("552 5.3.4 Message size exceeds fixed maximum message size");
        } else {
            sender = path;
            wire.send("250 2.1.0 Sender OK");
        }
    }

    private void invalidSender() {
        refuse("501 5.1.7 Invalid address");
    }

    void recipient(String argument) throws IOException {
        if (sender == null) {
            refuse("503 5.5.2 Need mail command");
        } else if (script.passes(FaultPoint.RCPT, argument)) {
            add(PathArgument.parse(argument, "TO:"), sender.address(), sender.has("SMTPUTF8"));
        }
    }

    private void add(Optional<PathArgument> path, String from, boolean utf8) {
        Optional<String> unknown = path.flatMap(argument -> argument.unknownParameter(RCPT_PARAMETERS));
        if (path.isEmpty() || !path.get().isMailbox(utf8)) {
            refuse("501 5.1.3 Invalid address");
        } else if (unknown.isPresent()) {
            refuse("501 5.5.4 Unrecognized parameter '" + unknown.get() + "'");
        } else {
            add(from, path.get().address());
        }
    }

    private void add(String from, String to) {
        Optional<String> refusal = door.refusesRecipient(session, from, to, recipients.size());
        if (refusal.isPresent()) {
            refuse(refusal.get());
        } else {
            recipients.add(to);
            wire.send("250 2.1.5 Recipient OK");
        }
    }

    void data() throws IOException {
        if (sender == null || recipients.isEmpty()) {
            refuse("503 5.5.2 Need rcpt command");
        } else if (sender.has("BODY=BINARYMIME") || chunks != null) {
            refuse("503 5.5.1 Bad sequence of commands"); // RFC 3030 §3
        } else if (script.passes(FaultPoint.DATA, "DATA")) {
            wire.send("354 Start mail input; end with <CRLF>.<CRLF>");
            try (SpooledContent body = delivery.open()) {
                wire.readContent(body);
                settle(body, sender);
            }
        }
    }

    /// A piece of content (RFC 3030 §2). It is read even if it is not wanted: the client does not wait.
    void chunk(String argument) throws IOException {
        Matcher form = CHUNK.matcher(argument.strip());
        if (!form.matches()) {
            refuse("501 5.5.4 Invalid arguments");
            return;
        }
        long size = Long.parseLong(form.group("size"));
        if (sender == null || recipients.isEmpty()) {
            wire.readChunk(new SpooledContent(null, 0), size);
            refuse("503 5.5.2 Need rcpt command");
            return;
        }
        SpooledContent body = chunks == null ? delivery.open() : chunks;
        chunks = body;
        wire.readChunk(body, size);
        if (form.group("last") == null) {
            wire.send("250 2.6.0 " + size + " octets received");
        } else {
            settle(body, sender);
        }
    }

    private void settle(SpooledContent body, PathArgument from) throws IOException {
        Optional<FaultAction> fault = script.next(FaultPoint.CONTENT, envelope(from));
        boolean dropAfterwards = fault.filter(action -> action instanceof FaultAction.DropAfterAccepting)
                .isPresent();
        if (fault.isEmpty() || dropAfterwards || script.perform(fault.get())) {
            String reply = delivery.deliver(body, from.address(), List.copyOf(recipients));
            if (dropAfterwards) {
                throw script.dropped();
            }
            wire.send(reply);
        }
        reset();
    }

    private String envelope(PathArgument from) {
        return "<" + from.address() + "> <" + String.join("> <", recipients) + ">";
    }

    void reset() throws IOException {
        sender = null;
        recipients.clear();
        close();
    }

    @Override
    public void close() throws IOException {
        if (chunks != null) {
            chunks.close();
            chunks = null;
        }
    }

    private void refuse(String reply) {
        wire.send(door.replies().error(reply));
    }
}
