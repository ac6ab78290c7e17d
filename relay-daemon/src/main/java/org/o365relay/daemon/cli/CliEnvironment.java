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

/// The environment of the operator commands.
///
/// @param access connects commands to the relay
/// @param clock clock for the current time
/// @param zone time zone of the times shown and entered
/// @param terminal terminal for prompts; empty if input or output is redirected
/// @param columns width of the terminal in columns; [Layout#UNLIMITED] if the output is redirected
/// @param rawOutput standard output as a byte stream, for printing message content unchanged
public record CliEnvironment(
        RelayAccess access,
        InstantSource clock,
        ZoneId zone,
        Supplier<Optional<Terminal>> terminal,
        IntSupplier columns,
        OutputStream rawOutput) {

    /// @return the environment of this process
    public static CliEnvironment ofProgram() {
        return new CliEnvironment(
                configuration -> Controls.open(
                        configuration.control(), configuration.settings().queue(), ProgramVersion.nameAndVersion()),
                InstantSource.system(),
                ZoneId.systemDefault(),
                Terminal::ofProgram,
                CliEnvironment::terminalColumns,
                new FileOutputStream(FileDescriptor.out));
    }

    /// @return whether the output goes to a terminal
    public boolean isInteractive() {
        return columns.getAsInt() != Layout.UNLIMITED;
    }

    private static int terminalColumns() {
        if (!isStdoutTerminal()) {
            return Layout.UNLIMITED;
        }
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[1-9]\\d{1,4}")
                ? Integer.parseInt(columns)
                : new UsageMessageSpec().autoWidth(true).width();
    }

    /// Checks only the output; `System.console()` would also require the input to be a terminal.
    private static boolean isStdoutTerminal() {
        if (Terminal.ofProgram().isPresent()) {
            return true;
        }
        Path out = Path.of("/proc/self/fd/1");
        try {
            String target = Files.readSymbolicLink(out).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (java.io.IOException | UnsupportedOperationException notLinux) {
            return false;
        }
    }
}
