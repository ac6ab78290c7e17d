package org.o365relay.accept.auth;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// User names and bcrypt hashes, one per line, in the format of `htpasswd -B`: `printer:$2y$05$...`. Empty
/// lines and lines that begin with `#` are ignored.
///
/// @param hashes hashes by user name; empty if there are problems
/// @param problems descriptions of all problems, with the file and, for an invalid line, its number, but no
///     user names or hashes
public record UsersFile(Map<String, String> hashes, List<String> problems) {

    /// Highest accepted bcrypt cost; with a higher one, a check would take longer than devices wait.
    private static final int HIGHEST_COST = 16;

    private static final int LOWEST_COST = 4;
    private static final Pattern HASH = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");

    public UsersFile {
        hashes = problems.isEmpty() ? Map.copyOf(hashes) : Map.of();
        problems = List.copyOf(problems);
    }

    /// Reads the file and reports all problems.
    public static UsersFile read(Path file) {
        try {
            return read(file, Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException missing) {
            return unreadable(file, "no such file");
        } catch (CharacterCodingException notUtf8) {
            return unreadable(file, "it is not UTF-8");
        } catch (IOException unreadable) {
            return unreadable(file, unreadable.getClass().getSimpleName());
        }
    }

    @Override
    public String toString() {
        return "UsersFile[" + hashes.size() + " users, problems=" + problems + "]";
    }

    private static UsersFile unreadable(Path file, String reason) {
        return new UsersFile(Map.of(), List.of("cannot read " + file + ": " + reason));
    }

    private static UsersFile read(Path file, List<String> lines) {
        Map<String, String> hashes = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                String problem = add(line, hashes);
                if (!problem.isEmpty()) {
                    problems.add(file + " line " + (i + 1) + ": " + problem);
                }
            }
        }
        return new UsersFile(hashes, problems);
    }

    /// @return problem in the line; empty if the line is valid
    private static String add(String line, Map<String, String> hashes) {
        int colon = line.indexOf(':');
        if (colon < 1) {
            return "expected name:hash, as htpasswd -B writes it";
        }
        Matcher hash = HASH.matcher(line.substring(colon + 1));
        if (!hash.matches()) {
            return "no bcrypt hash after the name, as htpasswd -B writes it";
        }
        int cost = Integer.parseInt(hash.group(1));
        if (cost < LOWEST_COST || cost > HIGHEST_COST) {
            return "the cost of the hash is " + cost + ", but must be " + LOWEST_COST + " to " + HIGHEST_COST;
        }
        return hashes.putIfAbsent(line.substring(0, colon), hash.group()) == null ? "" : "duplicate user name";
    }
}
