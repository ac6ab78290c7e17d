package org.o365relay.mail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The contents of files that settings name: secrets, keys and certificates. Instances with different contents
/// are not equal, so that a changed file is detected although the settings are the same.
///
/// @param digests a digest of the content of each file; empty if the file cannot be read
public record FileContents(Map<Path, String> digests) {

    private static final String UNREADABLE = "";

    public FileContents {
        digests = Map.copyOf(digests);
    }

    /// Reads the files.
    public static FileContents of(Stream<Path> files) {
        return new FileContents(files.distinct().collect(Collectors.toMap(file -> file, FileContents::digest)));
    }

    private static String digest(Path file) {
        try {
            byte[] content = Files.readAllBytes(file);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (IOException _) {
            return UNREADABLE;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Hides the digests, because a short secret could be guessed from its digest.
    @Override
    public String toString() {
        return "FileContents" + digests.keySet();
    }
}
