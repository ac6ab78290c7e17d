package org.o365relay.net;

import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/// Looks up the mail exchangers of a domain (RFC 5321 §5.1).
public final class MailExchangers {

    private static final int ATTEMPTS = 2;

    /// Time limit of a lookup, including the queries to all DNS servers, as a multiple of the timeout of the
    /// first query.
    private static final int MAX_TIMEOUTS = 6;

    private static final int MAX_EXCHANGERS = 10;

    // a preference and a host name of at most 253 characters (RFC 1035 §2.3.4), not counting the final dot; the
    // host name is empty for the null MX
    private static final Pattern RECORD = Pattern.compile("(\\d{1,5}) ([A-Za-z0-9._-]{0,253}?)\\.?");

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

    /// @return host names, the most preferred first, at most ten; the domain itself if it has no MX
    /// @throws UnknownHostException if the domain does not exist or accepts no mail (RFC 7505), if none of its
    ///     mail exchangers is a host name, or if the lookup fails or takes longer than six times the timeout;
    ///     the exception message is for the admin
    public List<String> of(String domain) throws UnknownHostException {
        FutureTask<List<String>> lookup = new FutureTask<>(() -> lookUp(domain));
        Thread thread = Thread.ofVirtual().name("mx-lookup").start(lookup);
        try {
            return lookup.get(timeout.multipliedBy(MAX_TIMEOUTS).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UnknownHostException unknown ? unknown : failed(domain, String.valueOf(e), e);
        } catch (TimeoutException e) {
            thread.interrupt();
            throw failed(domain, "timeout", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(domain, "interrupted", e);
        }
    }

    private List<String> lookUp(String domain) throws UnknownHostException {
        try {
            Attribute found = records(domain);
            return found == null || found.size() == 0 ? List.of(domain) : hosts(domain, exchangers(found));
        } catch (NameNotFoundException e) {
            throw unknown("the domain " + domain + " does not exist in DNS", e);
        } catch (NamingException e) {
            throw failed(domain, reason(e), e);
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
        /// @return the exchanger; empty if the host is not a host name
        static Optional<Exchanger> parse(String text) {
            Matcher record = RECORD.matcher(text);
            return record.matches()
                    ? Optional.of(new Exchanger(
                            Integer.parseInt(record.group(1)), record.group(2).toLowerCase(Locale.ROOT)))
                    : Optional.empty();
        }
    }

    private List<Exchanger> exchangers(Attribute found) throws NamingException {
        List<Exchanger> exchangers = new ArrayList<>();
        for (Object each : Collections.list(found.getAll())) {
            Exchanger.parse(String.valueOf(each)).ifPresent(exchangers::add);
        }
        Collections.shuffle(exchangers, Random.from(random)); // RFC 5321 §5.1: spreads the load
        exchangers.sort(Comparator.comparingInt(Exchanger::preference));
        return exchangers;
    }

    private static List<String> hosts(String domain, List<Exchanger> exchangers) throws UnknownHostException {
        List<String> hosts = exchangers.stream()
                .map(Exchanger::host)
                .filter(host -> !host.isEmpty())
                .limit(MAX_EXCHANGERS)
                .toList();
        if (hosts.isEmpty()) {
            // RFC 7505 §3
            throw new UnknownHostException(
                    exchangers.isEmpty()
                            ? "the mail exchangers (MX) of " + domain + " in DNS are not host names"
                            : "the domain " + domain + " accepts no mail (null MX in DNS)");
        }
        return hosts;
    }

    private static String reason(NamingException e) {
        Throwable root = e.getRootCause() == null ? e : e.getRootCause();
        return root instanceof java.net.SocketTimeoutException ? "timeout" : String.valueOf(root.getMessage());
    }

    private static UnknownHostException failed(String domain, String reason, Exception cause) {
        return unknown("cannot look up the mail exchangers (MX) of " + domain + " in DNS: " + reason, cause);
    }

    private static UnknownHostException unknown(String text, Exception cause) {
        UnknownHostException unknown = new UnknownHostException(text);
        unknown.initCause(cause);
        return unknown;
    }
}
