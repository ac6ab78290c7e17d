package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// What a process and its descendants have taken so far, as Linux tells it in `/proc` (proc_pid_stat(5)).
///
/// @param cpu processor time in user and kernel mode, of ended and reaped children too
/// @param residentKib resident memory; of several processes the sum of their proportional shares (PSS), since
///     the sum of their resident memory would count shared pages several times
/// @param peakKib the highest resident memory of a single process; 0 if there are several
record ProcessUsage(Duration cpu, long residentKib, long peakKib) {

    static final ProcessUsage NOTHING = new ProcessUsage(Duration.ZERO, 0, 0);

    /// The kernel reports in USER_HZ, which is 100 wherever the JDK runs.
    private static final long TICK_MILLIS = 10;
    /// Position of utime in `/proc/PID/stat`, counted after the command name.
    private static final int UTIME = 11;

    static ProcessUsage of(long pid) throws IOException {
        List<Long> tree = tree(pid);
        if (tree.size() == 1) {
            return new ProcessUsage(ticks(pid, 4), kib(pid, "status", "VmRSS:"), kib(pid, "status", "VmHWM:"));
        }
        ProcessUsage sum = NOTHING;
        for (long each : tree) {
            sum = sum.plus(oneOfSeveral(each));
        }
        return sum;
    }

    /// A process that has ended since the tree was listed is in its parent's account, or has no memory any more.
    private static ProcessUsage oneOfSeveral(long pid) throws IOException {
        Duration cpu = Duration.ZERO;
        try {
            cpu = ticks(pid, 4);
            return new ProcessUsage(cpu, kib(pid, "smaps_rollup", "Pss:"), 0);
        } catch (AccessDeniedException e) {
            throw new IOException("not allowed to see the memory of process " + pid + ", run the bench as its user", e);
        } catch (IOException e) {
            return new ProcessUsage(cpu, 0, 0);
        }
    }

    /// Processor time of this JVM.
    static Duration ownCpu() throws IOException {
        return ticks(ProcessHandle.current().pid(), 2);
    }

    /// The process that is a JVM: itself, or what its start script started.
    static long jvm(long pid) throws IOException {
        for (long each : tree(pid)) {
            if (Files.readString(proc(each, "comm")).strip().equals("java")) {
                return each;
            }
        }
        throw new IOException("process " + pid + " runs no java");
    }

    private static List<Long> tree(long pid) throws IOException {
        ProcessHandle root = ProcessHandle.of(pid).orElseThrow(() -> new IOException("there is no process " + pid));
        return Stream.concat(Stream.of(root), root.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    /// @param fields 2 for utime and stime, 4 for those of reaped children as well
    private static Duration ticks(long pid, int fields) throws IOException {
        String stat = Files.readString(proc(pid, "stat"));
        String[] values = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long sum = 0;
        for (int field = UTIME; field < UTIME + fields; field++) {
            sum += Long.parseLong(values[field]);
        }
        return Duration.ofMillis(sum * TICK_MILLIS);
    }

    private static long kib(long pid, String file, String name) throws IOException {
        return Files.readAllLines(proc(pid, file)).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static Path proc(long pid, String file) {
        return Path.of("/proc", Long.toString(pid), file);
    }

    private ProcessUsage plus(ProcessUsage other) {
        return new ProcessUsage(cpu.plus(other.cpu), residentKib + other.residentKib, peakKib + other.peakKib);
    }
}
