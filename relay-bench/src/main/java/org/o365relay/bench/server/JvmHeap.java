package org.o365relay.bench.server;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the maximum and the live heap size of another JVM with jcmd.
///
/// @param pid process ID of the JVM
public record JvmHeap(long pid) {

    private static final Pattern MAXIMUM = Pattern.compile("-XX:MaxHeapSize=(\\d+)");
    private static final Pattern LIVE = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

    /// @param pid process ID of the JVM or of its start script
    public static JvmHeap under(long pid) throws IOException {
        return new JvmHeap(ProcessUsage.jvm(pid));
    }

    /// The maximum heap size in MiB.
    public long maximumMib() throws IOException, InterruptedException {
        Matcher matcher = MAXIMUM.matcher(jcmd("VM.flags"));
        if (!matcher.find()) {
            throw new IOException("jcmd did not report the maximum heap size");
        }
        return Long.parseLong(matcher.group(1)) >> 20;
    }

    /// The size of the live objects in MiB, after a full garbage collection.
    public double liveMib() throws IOException, InterruptedException {
        Matcher matcher = LIVE.matcher(jcmd("GC.class_histogram"));
        if (!matcher.find()) {
            throw new IOException("jcmd did not report the live objects");
        }
        return Long.parseLong(matcher.group(1)) / (double) (1 << 20);
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        return Programs.output(List.of(Programs.ofJdk("jcmd").toString(), Long.toString(pid), command));
    }
}
