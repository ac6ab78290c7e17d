package org.o365relay.daemon.cli.queue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ExitCode;

/// Writes a new file that only its owner can read.
final class PrivateFileWriter {

    private PrivateFileWriter() {}

    /// Deletes the partial file if writing fails.
    ///
    /// @return the number of octets written
    static long write(InputStream from, String file) throws CommandFailed {
        Path path = path(file);
        try (OutputStream out = create(path)) {
            return from.transferTo(out);
        } catch (FileAlreadyExistsException e) {
            throw failed(file + " already exists; choose another file");
        } catch (IOException e) {
            discard(path);
            throw failed(file + " cannot be written: " + e.getMessage());
        }
    }

    private static Path path(String file) throws CommandFailed {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw failed("'" + file + "' is not a valid file name");
        }
    }

    private static OutputStream create(Path path) throws IOException {
        return Channels.newOutputStream(Files.newByteChannel(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
    }

    private static void discard(Path path) throws CommandFailed {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw failed(path + " is incomplete and cannot be removed: " + e.getMessage());
        }
    }

    private static CommandFailed failed(String message) {
        return new CommandFailed(ExitCode.CANNOT_CREATE, message);
    }
}
