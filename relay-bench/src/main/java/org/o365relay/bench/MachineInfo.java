package org.o365relay.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/// Describes the machine on which a measurement runs.
final class MachineInfo {

    private static final int SYNCS = 200;

    private MachineInfo() {}

    /// Formats a line that shows the processors, memory, operating system, JDK and file system, and the
    /// median time of appending 4 KiB with fdatasync.
    ///
    /// @param directory directory on the file system that holds the queues
    static String line(Path directory) throws IOException {
        return String.format(
                Locale.ROOT,
                "Machine: %d cores (%s), %d GiB, Linux %s, JDK %s, %s, 4 KiB append + fdatasync median %.2f ms",
                Runtime.getRuntime().availableProcessors(),
                procValue(Path.of("/proc/cpuinfo"), "model name"),
                Long.parseLong(procValue(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "")) >> 20,
                System.getProperty("os.version"),
                System.getProperty("java.version"),
                Files.getFileStore(directory).type(),
                syncMillis(directory));
    }

    private static String procValue(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("?");
    }

    private static double syncMillis(Path directory) throws IOException {
        Path file = directory.resolve("sync");
        long[] nanos = new long[SYNCS];
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer block = ByteBuffer.allocateDirect(4_096);
            for (int sync = 0; sync < SYNCS; sync++) {
                long start = System.nanoTime();
                channel.write(block.rewind());
                channel.force(false);
                nanos[sync] = System.nanoTime() - start;
            }
        } finally {
            Files.deleteIfExists(file);
        }
        Arrays.sort(nanos);
        return nanos[SYNCS / 2] / 1e6;
    }
}
