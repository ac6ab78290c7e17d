package org.o365relay.accept.auth;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
import org.o365relay.accept.auth.Users.Result;

/// Checking names and passwords, and reloading a changed file.
class UsersTest {

    @TempDir
    Path directory;

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    private final PasswordChecks checks = new PasswordChecks(Duration.ZERO);
    private final ManualClock clock = new ManualClock("2026-11-21T10:00:00Z");
    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("users");
    }

    @AfterEach
    void close() {
        checks.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2a", "2b", "2y"})
    void acceptsTheRightPassword(String version) throws Exception {
        write("printer:" + hash("s3cret").replace("$2a$", "$" + version + "$"));
        Users users = users();
        assertThat(check(users, "printer", "s3cret")).isEqualTo(Result.VALID);
        assertThat(check(users, "printer", "S3cret")).isEqualTo(Result.INVALID);
        assertThat(check(users, "printer", "")).isEqualTo(Result.INVALID);
        assertThat(check(users, "PRINTER", "s3cret")).isEqualTo(Result.INVALID);
        assertThat(check(users, "", "s3cret")).isEqualTo(Result.INVALID);
    }

    @Test
    void rejectsThePasswordOfAnotherUser() throws Exception {
        write("printer:" + hash("s3cret"));
        assertThat(check(users(), "nobody", "s3cret")).isEqualTo(Result.INVALID);
    }

    @Test
    void rejectsLoginsIfTheFileIsEmpty() throws Exception {
        write("# nobody yet");
        assertThat(check(users(), "printer", "s3cret")).isEqualTo(Result.INVALID);
    }

    @Test
    void acceptsAPasswordLongerThanTheBcryptLimit() throws Exception {
        String longest = "x".repeat(72);
        write("printer:" + hash(longest));
        assertThat(check(users(), "printer", longest + "and more")).isEqualTo(Result.VALID);
        assertThat(check(users(), "printer", "x".repeat(71))).isEqualTo(Result.INVALID);
    }

    @Test
    void overwritesThePassword() throws Exception {
        write("printer:" + hash("s3cret"));
        byte[] password = "s3cret".getBytes(StandardCharsets.UTF_8);
        assertThat(users().check(CLIENT, "printer", password).result().join()).isEqualTo(Result.VALID);
        assertThat(password).containsOnly(0);
    }

    @Test
    void isUnavailableWithoutAFile() {
        assertThat(check(users(), "printer", "s3cret")).isEqualTo(Result.UNAVAILABLE);
    }

    @Test
    void reloadsAChangedFileWithinSeconds() throws Exception {
        write("printer:" + hash("s3cret"));
        Users users = users();
        write("printer:" + hash("changed"), "scanner:" + hash("new"));
        assertThat(check(users, "printer", "s3cret")).isEqualTo(Result.VALID);
        clock.advance(Duration.ofSeconds(5));
        assertThat(check(users, "printer", "s3cret")).isEqualTo(Result.INVALID);
        assertThat(check(users, "printer", "changed")).isEqualTo(Result.VALID);
        assertThat(check(users, "scanner", "new")).isEqualTo(Result.VALID);
    }

    @Test
    void keepsTheUsersIfTheNewFileIsInvalid() throws Exception {
        write("printer:" + hash("s3cret"));
        Users users = users();
        write("printer:" + hash("s3cret"), "scanner:plain");
        clock.advance(Duration.ofSeconds(5));
        assertThat(check(users, "printer", "s3cret")).isEqualTo(Result.VALID);
        Files.delete(file);
        clock.advance(Duration.ofSeconds(5));
        assertThat(check(users, "printer", "s3cret")).isEqualTo(Result.VALID);
        write("scanner:" + hash("new"));
        clock.advance(Duration.ofSeconds(5));
        assertThat(check(users, "printer", "s3cret")).isEqualTo(Result.INVALID);
        assertThat(check(users, "scanner", "new")).isEqualTo(Result.VALID);
    }

    @Test
    void reportsEveryProblemWithoutSecrets() throws Exception {
        String hash = hash("s3cret");
        write(
                "printer:" + hash,
                "# a comment",
                "",
                "just-a-name",
                ":" + hash,
                "scanner:hunter2",
                "copier:$apr1$x$y",
                "printer:" + hash,
                "fax:" + hash.replace("$04$", "$31$"));
        UsersFile read = UsersFile.read(file);
        assertThat(read.problems())
                .containsExactly(
                        file + " line 4: expected name:hash, as htpasswd -B writes it",
                        file + " line 5: expected name:hash, as htpasswd -B writes it",
                        file + " line 6: no bcrypt hash after the name, as htpasswd -B writes it",
                        file + " line 7: no bcrypt hash after the name, as htpasswd -B writes it",
                        file + " line 8: duplicate user name",
                        file + " line 9: the cost of the hash is 31, but must be 4 to 16");
        assertThat(read.hashes()).isEmpty();
        assertThat(read.toString()).doesNotContain(hash, "hunter2");
    }

    @Test
    void reportsAMissingFile() {
        assertThat(UsersFile.read(file).problems()).containsExactly("cannot read " + file + ": no such file");
    }

    private Users users() {
        return new Users(file, clock, checks);
    }

    /// Gives each version of the file another modification time, however soon it follows.
    private void write(String... lines) throws IOException {
        long earlier = Files.exists(file) ? Files.getLastModifiedTime(file).toMillis() : 0;
        Files.write(file, List.of(lines));
        Files.setLastModifiedTime(file, FileTime.fromMillis(Math.max(earlier + 1_000, 1_000_000_000_000L)));
    }

    private static Result check(Users users, String name, String password) {
        return users.check(CLIENT, name, password.getBytes(StandardCharsets.UTF_8))
                .result()
                .join();
    }

    private static String hash(String password) {
        return BCrypt.withDefaults().hashToString(4, password.toCharArray());
    }
}
