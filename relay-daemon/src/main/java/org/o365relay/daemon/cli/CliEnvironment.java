package org.o365relay.daemon.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.o365relay.daemon.control.Controls;
import org.o365relay.daemon.report.Layout;
import org.o365relay.daemon.setup.Terminal;
import picocli.CommandLine.Model.UsageMessageSpec;

/// Where an operator sits.
///
/// @param terminal on which somebody can be asked; empty if a program asks
/// @param columns of the terminal that the answer goes to; [Layout#UNLIMITED] if it goes elsewhere
/// @param rawOutput where a message's content goes that nobody named a file for
public record CliEnvironment(
        RelayAccess access,
        InstantSource clock,
        ZoneId zone,
        Supplier<Optional<Terminal>> terminal,
        IntSupplier columns,
        OutputStream rawOutput) {

    /// The program's own.
    public static CliEnvironment ofProgram() {
        return new CliEnvironment(
                found -> Controls.open(found.control(), found.settings().queue(), ProgramVersion.program()),
                InstantSource.system(),
                ZoneId.systemDefault(),
                Terminal::ofProgram,
                CliEnvironment::columnsOfProgram,
                new FileOutputStream(FileDescriptor.out));
    }

    /// @return whether a person would see what is written
    boolean isInteractive() {
        return columns.getAsInt() != Layout.UNLIMITED;
    }

    private static int columnsOfProgram() {
        if (!isStdoutTerminal()) {
            return Layout.UNLIMITED;
        }
        String given = System.getenv("COLUMNS");
        return given != null && given.matches("[1-9]\\d{1,4}")
                ? Integer.parseInt(given)
                : new UsageMessageSpec().autoWidth(true).width();
    }

    /// Java only tells whether input and output both are one; it is the output alone that counts.
    private static boolean isStdoutTerminal() {
        if (Terminal.ofProgram().isPresent()) {
            return true;
        }
        Path out = Path.of("/proc/self/fd/1");
        try {
            String target = Files.readSymbolicLink(out).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (java.io.IOException | UnsupportedOperationException noLinux) {
            return false;
        }
    }
}
