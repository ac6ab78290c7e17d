package org.o365relay.bench.server;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// CPU time and memory of a process and its descendants, from Linux `/proc` (proc_pid_stat(5)).
///
/// @param cpu CPU time in user and kernel mode, including child processes that have exited
/// @param residentKib resident memory in KiB; for several processes the sum of their proportional shares (PSS),
///     because the sum of resident memory counts shared pages several times
/// @param peakKib peak resident memory in KiB; 0 if there are several processes
public record ProcessUsage(Duration cpu, long residentKib, long peakKib) {

    public static final ProcessUsage NOTHING = new ProcessUsage(Duration.ZERO, 0, 0);

    /// The length of a clock tick: USER_HZ is 100 on all platforms that the JDK supports.
    private static final long TICK_MILLIS = 10;
    /// Index of utime in `/proc/PID/stat`, counted after the command name.
    private static final int UTIME = 11;

    public static ProcessUsage of(long pid) throws IOException {
        List<Long> tree = tree(pid);
        if (tree.size() == 1) {
            return new ProcessUsage(cpuTime(pid, 4), kib(pid, "status", "VmRSS:"), kib(pid, "status", "VmHWM:"));
        }
        ProcessUsage sum = NOTHING;
        for (long process : tree) {
            sum = sum.plus(oneOfSeveral(process));
        }
        return sum;
    }

    /// Returns the usage of one of several processes. If the process has exited since the processes were
    /// listed, figures that can no longer be read are 0.
    private static ProcessUsage oneOfSeveral(long pid) throws IOException {
        Duration cpu = Duration.ZERO;
        try {
            cpu = cpuTime(pid, 4);
            return new ProcessUsage(cpu, kib(pid, "smaps_rollup", "Pss:"), 0);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    "permission denied to read the memory of process " + pid + "; run the benchmark as its user", e);
        } catch (IOException e) {
            return new ProcessUsage(cpu, 0, 0);
        }
    }

    /// The CPU time of this JVM.
    public static Duration ownCpu() throws IOException {
        return cpuTime(ProcessHandle.current().pid(), 2);
    }

    /// Finds the JVM among the process and its descendants.
    static long jvm(long pid) throws IOException {
        for (long process : tree(pid)) {
            if (Files.readString(proc(process, "comm")).strip().equals("java")) {
                return process;
            }
        }
        throw new IOException("process " + pid + " has no java process");
    }

    private static List<Long> tree(long pid) throws IOException {
        ProcessHandle root = ProcessHandle.of(pid).orElseThrow(() -> new IOException("there is no process " + pid));
        return Stream.concat(Stream.of(root), root.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    /// @param fields number of fields to add: 2 for utime and stime, 4 to include child processes that have
    ///     exited
    private static Duration cpuTime(long pid, int fields) throws IOException {
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
