package org.o365relay.net;

import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.random.RandomGenerator;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/// Looks up the mail exchangers of a domain (RFC 5321 §5.1).
public final class MailExchangers {

    private static final int ATTEMPTS = 2;

    private final String dns;
    private final Duration timeout;
    private final RandomGenerator random;

    /// Uses the system's DNS servers.
    public MailExchangers() {
        this("dns:", Duration.ofSeconds(5), RandomGenerator.getDefault());
    }

    /// @param dns URL of the DNS server, such as `dns://192.0.2.1:53`; `dns:` for the system's DNS servers
    /// @param timeout timeout of the first query; the timeout of the second query is twice as long
    /// @param random shuffles mail exchangers with the same preference
    MailExchangers(String dns, Duration timeout, RandomGenerator random) {
        this.dns = dns;
        this.timeout = timeout;
        this.random = random;
    }

    /// @return host names, the most preferred first; the domain itself if it has no MX
    /// @throws UnknownHostException if the domain does not exist or accepts no mail (RFC 7505), or if the
    ///     lookup fails; the exception message is for the admin
    public List<String> of(String domain) throws UnknownHostException {
        try {
            Attribute found = records(domain);
            return found == null || found.size() == 0 ? List.of(domain) : hosts(domain, exchangers(found));
        } catch (NameNotFoundException e) {
            throw unknown("the domain " + domain + " does not exist in DNS", e);
        } catch (NamingException e) {
            throw unknown("cannot look up the mail exchangers (MX) of " + domain + " in DNS: " + reason(e), e);
        }
    }

    @SuppressWarnings({"BanJNDI", "JdkObsolete"}) // DNS returns text, not objects; JNDI requires a Hashtable
    private @Nullable Attribute records(String domain) throws NamingException {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
        environment.put("java.naming.provider.url", dns);
        environment.put("com.sun.jndi.dns.timeout.initial", Long.toString(timeout.toMillis()));
        environment.put("com.sun.jndi.dns.timeout.retries", Integer.toString(ATTEMPTS));
        InitialDirContext context = new InitialDirContext(environment);
        try {
            // the trailing dot makes the name absolute
            return context.getAttributes(domain + ".", new String[] {"MX"}).get("MX");
        } finally {
            context.close();
        }
    }

    private record Exchanger(int preference, String host) {
        static Exchanger parse(String text) {
            String[] words = text.split(" ", 2);
            String host = words[1].toLowerCase(Locale.ROOT);
            return new Exchanger(Integer.parseInt(words[0]), host.replaceFirst("\\.$", ""));
        }
    }

    private List<Exchanger> exchangers(Attribute found) throws NamingException {
        List<Exchanger> exchangers = new ArrayList<>();
        for (Object each : Collections.list(found.getAll())) {
            exchangers.add(Exchanger.parse(String.valueOf(each)));
        }
        Collections.shuffle(exchangers, Random.from(random)); // RFC 5321 §5.1: spreads the load
        exchangers.sort(Comparator.comparingInt(Exchanger::preference));
        return exchangers;
    }

    private static List<String> hosts(String domain, List<Exchanger> exchangers) throws UnknownHostException {
        List<String> hosts = exchangers.stream()
                .map(Exchanger::host)
                .filter(host -> !host.isEmpty())
                .toList();
        if (hosts.isEmpty()) {
            // RFC 7505 §3
            throw new UnknownHostException("the domain " + domain + " accepts no mail (null MX in DNS)");
        }
        return hosts;
    }

    private static String reason(NamingException e) {
        Throwable root = e.getRootCause() == null ? e : e.getRootCause();
        return root instanceof java.net.SocketTimeoutException ? "timeout" : String.valueOf(root.getMessage());
    }

    private static UnknownHostException unknown(String text, NamingException cause) {
        UnknownHostException unknown = new UnknownHostException(text);
        unknown.initCause(cause);
        return unknown;
    }
}
