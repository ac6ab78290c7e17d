package org.o365relay.accept.auth;

import static org.o365relay.Invariant.hold;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.accept.MemoryDisk;

class UsersFileFuzzTest {

    /// All possible problems: except for the cost, they contain nothing from the file.
    private static final Pattern PROBLEM = Pattern.compile("(?:cannot read \\S+: it is not UTF-8|\\S+ line \\d+: (?:"
            + "expected name:hash, as htpasswd -B writes it|no bcrypt hash after the name, as htpasswd -B writes it"
            + "|the cost of the hash is \\d\\d?, but must be 4 to 16|duplicate user name)"
            + ")");

    @TempDir(factory = MemoryDisk.class)
    static Path directory;

    @FuzzTest(maxDuration = "5m")
    @DictionaryFile(resourcePath = "users.dict")
    void neverRevealsTheContentOfAnyFile(byte[] octets) throws IOException {
        Path file = Files.write(directory.resolve("users"), octets);
        UsersFile read = UsersFile.read(file);

        for (String problem : read.problems()) {
            hold(PROBLEM.matcher(problem).matches(), "says too much", problem);
        }
        hold(read.problems().isEmpty() || read.hashes().isEmpty(), "half a file", read);
        hold(
                read.toString()
                        .equals("UsersFile[" + read.hashes().size() + " users, problems=" + read.problems() + "]"),
                "says more",
                read);
        read.hashes().forEach((name, hash) -> {
            hold(!name.isEmpty() && name.indexOf(':') < 0, "no name", name);
            hold(hash.length() == 60 && hash.startsWith("$2"), "no hash", hash);
        });
    }
}
