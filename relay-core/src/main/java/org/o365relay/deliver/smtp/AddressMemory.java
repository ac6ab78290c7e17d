package org.o365relay.deliver.smtp;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Remembers which addresses of an upstream worked and which failed, and whether the upstream refused mail over
/// one IP version. Decides in which order the addresses are tried.
///
/// Thread-safe.
final class AddressMemory {

    /// Time for which an address that failed is tried after the others.
    static final Duration FAILED_FOR = Duration.ofMinutes(10);

    /// Time for which an IP version is not used after the upstream has refused mail over it.
    static final Duration REFUSED_FOR = Duration.ofHours(1);

    private static final Duration WORKED_FOR = Duration.ofDays(1);

    private record Result(boolean worked, long at) {
        boolean isOver(long now) {
            return now - at >= (worked ? WORKED_FOR : FAILED_FOR).toNanos();
        }
    }

    private final LongSupplier nanoTime;
    private final Map<InetAddress, Result> results = new HashMap<>();
    private final Map<IpVersion, Long> refusedAt = new EnumMap<>(IpVersion.class);

    /// @param nanoTime monotonic clock, in nanoseconds
    AddressMemory(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized void worked(InetAddress address) {
        results.put(address, new Result(true, nanoTime.getAsLong()));
    }

    synchronized void failed(InetAddress address) {
        results.put(address, new Result(false, nanoTime.getAsLong()));
    }

    /// Records that the upstream refuses mail over this IP version.
    synchronized void refused(IpVersion version) {
        refusedAt.put(version, nanoTime.getAsLong());
    }

    /// Ends the effect of [#refused], because the other version does not work either.
    synchronized void forgetRefusals() {
        refusedAt.clear();
    }

    synchronized boolean isRefused(IpVersion version) {
        Long at = refusedAt.get(version);
        return at != null && nanoTime.getAsLong() - at < REFUSED_FOR.toNanos();
    }

    /// @param found addresses in the order of the resolver
    /// @return the addresses in the order in which they are tried: first the one that worked most recently,
    ///     then the others, alternating between IPv6 and IPv4 (RFC 8305 §4), and the ones that failed at the
    ///     end; without those of a refused IP version if there are others
    synchronized List<InetAddress> order(List<InetAddress> found) {
        long now = nanoTime.getAsLong();
        results.values().removeIf(result -> result.isOver(now));
        List<InetAddress> usable = found.stream()
                .filter(address -> !isRefused(IpVersion.of(address)))
                .toList();
        List<InetAddress> ordered = new ArrayList<>(usable.isEmpty() ? found : usable);
        lastWorked(ordered, now).ifPresent(best -> {
            ordered.removeIf(best::equals);
            ordered.addFirst(best);
        });
        List<InetAddress> mixed = alternating(ordered);
        mixed.sort(Comparator.comparing(this::hasFailed)); // stable
        return mixed;
    }

    private Optional<InetAddress> lastWorked(List<InetAddress> addresses, long now) {
        InetAddress best = null;
        long shortest = Long.MAX_VALUE;
        for (InetAddress address : addresses) {
            Result result = results.get(address);
            if (result != null && result.worked() && now - result.at() < shortest) {
                best = address;
                shortest = now - result.at();
            }
        }
        return Optional.ofNullable(best);
    }

    private boolean hasFailed(InetAddress address) {
        Result result = results.get(address);
        return result != null && !result.worked();
    }

    /// Alternates between the IP versions, beginning with that of the first address.
    private static List<InetAddress> alternating(List<InetAddress> addresses) {
        List<InetAddress> first = new ArrayList<>();
        List<InetAddress> second = new ArrayList<>();
        for (InetAddress address : addresses) {
            boolean isFirst = IpVersion.of(address) == IpVersion.of(addresses.getFirst());
            (isFirst ? first : second).add(address);
        }
        List<InetAddress> mixed = new ArrayList<>();
        for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
            first.stream().skip(i).findFirst().ifPresent(mixed::add);
            second.stream().skip(i).findFirst().ifPresent(mixed::add);
        }
        return mixed;
    }
}
