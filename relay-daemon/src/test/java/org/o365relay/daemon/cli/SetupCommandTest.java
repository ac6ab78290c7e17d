package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.daemon.setup.SystemPaths;

/// Each `setup/dialogs/*.txt` is a command and its terminal output, with the input in «»; each directory in
/// `setup/methods` holds options and the files that setup writes for them.
final class SetupCommandTest {

    private static final Path FILES = Path.of("src/test/resources/setup");
    private static final Pattern TYPED = Pattern.compile("«(.*?)»");
    private static final String SECRET = "S3cr3t~of.the_relay";
    private static final String ID = "11111111-2222-3333-4444-555555555555";
    private static final List<String> CERTIFICATE_FILES =
            List.of("relay-certificate.p12", "relay-certificate-password");

    /// Contains [#CERTIFICATE_FILES]; generating an RSA key takes a second or more.
    @TempDir
    private static Path generated = Path.of("");

    private final StringWriter screen = new StringWriter();

    @TempDir
    private Path directory = Path.of("");

    /// Contains the directories of the systemd service.
    @TempDir
    private Path system = Path.of("");

    @BeforeAll
    static void generateACertificate() {
        int code = new SetupCommandTest()
                .run("--yes", "--no-check", "--mailbox", "r@contoso.example", "--directory", generated.toString());
        assertThat(code).isZero();
    }

    @ParameterizedTest
    @MethodSource("dialogs")
    void asksTheQuestions(Path file) throws IOException {
        String dialog = Files.readString(file);
        String command = dialog.lines().findFirst().orElseThrow();
        Files.createDirectory(system.resolve("units"));

        int code = runAsking(typed(dialog), options(command.substring("$ setup ".length())));

        assertThat(command + "\n" + seen() + "exit " + code + "\n").isEqualTo(dialog);
        assertThat(screen.toString().lines().filter(line -> !line.contains("«")))
                .allMatch(line -> line.length() <= 120);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void writesTheFilesOfEveryMethod(Path method) throws IOException {
        copyCertificate();
        Path secretFile = Files.writeString(directory.resolve("given"), SECRET + "\n");
        List<String> options = new ArrayList<>(List.of("--directory", directory.toString(), "--no-check"));
        options.addAll(Files.readAllLines(method.resolve("options")));
        options.replaceAll(option -> option.equals("SECRET") ? secretFile.toString() : option);

        int code = run(options.toArray(String[]::new));

        assertThat(code).as(screen::toString).isZero();
        assertThat(Files.readString(directory.resolve("relay.conf")).replace(directory.toString(), "DIR"))
                .isEqualTo(Files.readString(method.resolve("relay.conf")));
        Path script = directory.resolve("microsoft365-setup.ps1");
        Path expected = method.resolve("microsoft365-setup.ps1");
        assertThat(Files.exists(script)).isEqualTo(Files.exists(expected));
        if (Files.exists(expected)) {
            assertThat(Files.readString(script)).isEqualTo(Files.readString(expected));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        --method oauth-secret                                | missing: --mailbox ADDRESS
        --method connector-ip --mailbox r@contoso.example    | missing: --public-addresses ADDRESSES
        --method smarthost                                   | missing: --mailbox ADDRESS
        --method smarthost                                   | missing: --host HOST
        --mailbox r@contoso.example --method pigeon          | --method pigeon: not one of oauth-certificate, oauth-secret
        --mailbox relay                                   | --mailbox relay: not an email address
        --mailbox r@contoso.example --client-id 7         | --client-id 7: not an application (client) ID
        --mailbox r@contoso.example --tenant common       | --tenant common: not a single tenant
        --mailbox r@contoso.example --listen localhost:25 | --listen localhost:25: not an IP address and port
        --mailbox r@contoso.example --listen [::]:70000   | --listen [::]:70000: not a port
        --mailbox r@contoso.example --trusted-networks ::/0           | ::/0 contains all addresses; the relay would be an open relay
        --mailbox r@contoso.example --trusted-networks 10.0.0.1,mfp   | mfp is not a network
        --mailbox r@contoso.example --trusted-networks 192.168.10.17/24 | enter 192.168.10.17 for the host or 192.168.10.0/24 for the network
        --mailbox r@contoso.example --trusted-networks fd00::1/64      | enter fd00::1 for the host or fd00:0:0:0:0:0:0:0/64 for the network
        --mailbox r@contoso.example --trusted-networks ::ffff:10.0.0.1/120 | enter ::ffff:10.0.0.1 for the host or 10.0.0.0/24
        --mailbox r@contoso.example --method connector-ip --public-addresses 203.0.113.5/24 | enter 203.0.113.5 for the host
        --mailbox r@contoso.example --data-directory queue              | not an absolute path
        --mailbox r@contoso.example --webhook hooks.example/1           | not a URL
        --mailbox r@contoso.example --webhook ftp://hooks.example/1     | not a URL
        --mailbox r@contoso.example --admin a@b.example --alert-server mail | not a host and port
        --mailbox r@contoso.example --alert-server mail:25              | --alert-server needs --admin
        --mailbox r@contoso.example --alert-command alert.sh            | not an absolute path
        --mailbox r@contoso.example --certificate nope.p12              | --certificate nope.p12: no such file: /
        --mailbox r@contoso.example --certificate /                     | --certificate /: no such file: /
        --mailbox r@contoso.example --send-as a@b.example,@           | @ is not a domain
        --mailbox r@contoso.example --method password --client-id 7      | --client-id cannot be used with --method password
        --mailbox r@contoso.example --method connector-ip --public-addresses 203.0.113.5 --secret-file pom.xml | cannot be used
        --mailbox r@contoso.example --method oauth-secret --secret-expires 1.5.2027 | not a date
        """)
    void reportsMissingAndInvalidOptionsAndWritesNoFile(String options, String complaint) throws IOException {
        int code = run(options("--yes --directory " + directory + " " + options));

        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(screen.toString())
                .startsWith("o365-relay: ")
                .contains(complaint)
                .doesNotContain("\tat ");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void writesSecretsOnlyToTheirFiles() throws IOException {
        int code = runAsking(
                List.of(SECRET),
                options("--directory " + directory + " --no-check --mailbox r@contoso.example --method oauth-secret"
                        + " --cloud worldwide --tenant contoso.example --client-id " + ID + " --secret-expires none"
                        + " --graph-fallback no --permission rbac --send-as none --trusted-networks none"
                        + " --listen 127.0.0.1:25 --data-directory /srv/queue --admin none --webhook"
                        + " https://hooks.example/5ec7e7 --alert-command none"));

        assertThat(code).as(screen::toString).isZero();
        assertThat(screen.toString()).doesNotContain(SECRET);
        assertThat(directory.resolve("client-secret")).hasContent(SECRET);
        assertThat(directory.resolve("webhook-url")).hasContent("https://hooks.example/5ec7e7");
        assertThat(mode("webhook-url")).isEqualTo("rw-------");
        assertThat(screen.toString()).doesNotContain("5ec7e7");
        assertThat(mode("client-secret")).isEqualTo("rw-------");
        assertThat(mode("relay.conf")).isEqualTo("rw-r--r--");
        assertThat(Files.readString(directory.resolve("relay.conf"))).doesNotContain(SECRET, "5ec7e7");
        assertThat(Files.readString(directory.resolve("microsoft365-setup.ps1")))
                .doesNotContain(SECRET);
    }

    @Test
    void generatesACertificateForTwoYears() throws IOException, GeneralSecurityException {
        String[] options = options("--yes --no-check --mailbox r@contoso.example --directory " + directory);
        assertThat(run(options)).as(screen::toString).isZero();

        String password = Files.readString(directory.resolve("relay-certificate-password"))
                .strip();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve("relay-certificate.p12"))) {
            keys.load(in, password.toCharArray());
        }
        byte[] exported = Files.readAllBytes(directory.resolve("relay-certificate.cer"));
        X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(exported));
        assertThat(keys.getCertificate("o365-relay")).isEqualTo(certificate);
        assertThat(((RSAPublicKey) certificate.getPublicKey()).getModulus().bitLength())
                .isEqualTo(3_072);
        assertThat(Duration.between(Instant.now(), certificate.getNotAfter().toInstant()))
                .isBetween(Duration.ofDays(728), Duration.ofDays(731));
        assertThat(mode("relay-certificate.p12")).isEqualTo("rw-------");
        assertThat(mode("relay-certificate-password")).isEqualTo("rw-------");
        assertThat(screen.toString()).doesNotContain(password);

        byte[] key = Files.readAllBytes(directory.resolve("relay-certificate.p12"));
        assertThat(run(append(options, "--force"))).as(screen::toString).isZero();
        assertThat(directory.resolve("relay-certificate.p12"))
                .as("it may be uploaded already")
                .hasBinaryContent(key);
    }

    @Test
    void usesAnExistingCertificate() throws IOException {
        int code = run(options("--yes --no-check --mailbox r@contoso.example --directory " + directory
                + " --certificate " + generated.resolve("relay-certificate.p12") + " --secret-file "
                + generated.resolve("relay-certificate-password")));

        assertThat(code).as(screen::toString).isZero();
        assertThat(directory.resolve("relay-certificate.cer"))
                .hasSameTextualContentAs(generated.resolve("relay-certificate.cer"));
        assertThat(directory.resolve("relay-certificate.p12")).doesNotExist();
        assertThat(Files.readString(directory.resolve("relay.conf")))
                .contains("certificate = \"" + generated.resolve("relay-certificate.p12") + "\"");
    }

    @Test
    void reportsAnUnreadableCertificate() throws IOException {
        Path damaged = Files.writeString(directory.resolve("damaged.pfx"), "no certificate");
        int code = run(options(
                "--yes --no-check --mailbox r@contoso.example --directory " + directory + " --certificate " + damaged));

        assertThat(code).isEqualTo(ExitCode.CANNOT_CREATE);
        assertThat(screen.toString())
                .contains("damaged.pfx is neither a PEM file nor a PFX")
                .doesNotContain("\tat ");
        assertThat(directory.resolve("relay.conf")).doesNotExist();
    }

    @Test
    void asksAgainWhileTheCertificateCannotBeRead() throws IOException {
        Files.copy(generated.resolve("relay-certificate.p12"), directory.resolve("own.p12"));
        Path damaged = Files.writeString(directory.resolve("damaged.pfx"), "no certificate");
        String password = Files.readString(generated.resolve("relay-certificate-password"))
                .strip();
        List<String> typed = List.of(
                "nope.p12",
                damaged.toString(),
                "none",
                "", // a PFX file without a password
                "back",
                "back",
                "own.p12",
                "none",
                "wrong",
                password);

        int code = runAsking(
                typed,
                options("--directory DIR --no-check --mailbox r@contoso.example --method oauth-certificate --cloud"
                        + " worldwide --tenant contoso.example --client-id " + ID + " --graph-fallback no --permission"
                        + " rbac --send-as none --trusted-networks none --listen 127.0.0.1:25 --data-directory"
                        + " /srv/queue --webhook none --alert-command none"));

        assertThat(code).as(screen::toString).isZero();
        assertThat(seen())
                .containsSubsequence(
                        "  no such file: DIR/nope.p12",
                        "  DIR/damaged.pfx is neither a PEM file nor a PFX",
                        "  DIR/own.p12 is neither a PEM file nor a PFX",
                        "Files written:")
                .doesNotContain(password);
        assertThat(directory.resolve("relay-certificate-password")).hasContent(password);
    }

    @Test
    void namesAMissingProgramForAlerts() throws IOException {
        Path program = Files.writeString(directory.resolve("alert"), "#!/bin/sh");
        String command = "--yes --no-check --force --method connector-ip --public-addresses 203.0.113.5 --mailbox"
                + " r@contoso.example --directory DIR --alert-command " + program;

        assertThat(run(options(command))).isZero();
        assertThat(seen()).contains("Create the program for alerts, executable: DIR/alert");

        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        screen.getBuffer().setLength(0);
        assertThat(run(options(command))).isZero();
        assertThat(seen()).doesNotContain("Create the program");
    }

    @Test
    void replacesFilesOnlyWithForceAndKeepsABackup() throws IOException {
        Files.writeString(directory.resolve("relay.conf"), "mine");
        Files.writeString(directory.resolve("given"), SECRET);
        String[] options = options("--yes --no-check --mailbox r@contoso.example --method password --directory "
                + directory + " --secret-file " + directory.resolve("given"));

        assertThat(run(options)).isEqualTo(ExitCode.CANNOT_CREATE);
        assertThat(screen.toString()).contains("relay.conf already exists, no file was written; use --force");
        assertThat(directory.resolve("relay.conf")).hasContent("mine");
        assertThat(directory.resolve("password")).doesNotExist();

        assertThat(run(append(options, "--force"))).as(screen::toString).isZero();
        assertThat(directory.resolve("relay.conf.bak")).hasContent("mine");
        assertThat(Files.readString(directory.resolve("relay.conf"))).contains("type = password");

        assertThat(run(append(options, "--force"))).isZero();
        assertThat(mode("password.bak")).isEqualTo("rw-------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"relay-certificate.cer", "relay-certificate.p12", "relay-certificate-password"})
    void keepsACertificateThatItDidNotWrite(String file) throws IOException {
        Files.writeString(directory.resolve(file), "mine");
        String[] options = options("--yes --no-check --mailbox r@contoso.example --directory " + directory);

        assertThat(run(options)).isEqualTo(ExitCode.CANNOT_CREATE);
        assertThat(screen.toString()).contains(file + " already exists, no file was written; use --force");
        assertThat(directory.resolve(file)).hasContent("mine");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }

        assertThat(run(append(options, "--force"))).as(screen::toString).isZero();
        assertThat(directory.resolve(file + ".bak")).hasContent("mine");
    }

    @Test
    void exportsAKeptCertificateAgain() throws IOException {
        copyCertificate();

        assertThat(run(options("--yes --no-check --mailbox r@contoso.example --directory " + directory)))
                .as(screen::toString)
                .isZero();
        assertThat(directory.resolve("relay-certificate.cer"))
                .hasSameTextualContentAs(generated.resolve("relay-certificate.cer"));

        Files.delete(directory.resolve("relay.conf"));
        Files.delete(directory.resolve("microsoft365-setup.ps1"));
        assertThat(run(options("--yes --no-check --mailbox r@contoso.example --directory " + directory)))
                .as(screen::toString)
                .isZero();
        assertThat(directory.resolve("relay-certificate.cer.bak")).doesNotExist();
    }

    @Test
    void createsAnEmptyFileForAnUnknownSecret() throws IOException {
        assertThat(run(options(
                        "--yes --no-check --mailbox r@contoso.example --method password --directory " + directory)))
                .isZero();

        assertThat(directory.resolve("password")).isEmptyFile();
        assertThat(mode("password")).isEqualTo("rw-------");
        assertThat(screen.toString()).contains("Write the password to " + directory.resolve("password"));
    }

    @Test
    void runsTheCheckAndExplainsAFailure() {
        int code = run(options("--yes --mailbox r@contoso.example --method smarthost --host mail.invalid --directory "
                + directory + " --data-directory /dev/null/queue"));

        assertThat(code).isZero();
        assertThat(screen.toString())
                .contains("o365-relay check --config " + directory.resolve("relay.conf"))
                .contains("The check failed.", "wait up to an hour");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --method oauth-secret          | the client-id, the client secret
        --method oauth-secret --client-id 11111111-2222-3333-4444-555555555555 | the client secret
        --method oauth-certificate     | the client-id
        --method password              | the password
        --method device-code           | the client-id, the sign-in
        --method connector-certificate | DIR/relay-connector.pem, DIR/relay-connector.key
        """)
    void runsNoCheckThatCannotSucceedYet(String options, String missing) {
        int code = run(options("--yes --mailbox r@contoso.example --directory DIR " + options));

        assertThat(code).isZero();
        assertThat(seen())
                .endsWith("The check is not run yet, because it needs:\n  " + missing.replace(", ", "\n  ") + "\n")
                .contains("o365-relay check --config DIR/relay.conf");
    }

    /// As root, setup writes to the directories of the systemd service.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --method oauth-secret      | client-secret
        --method oauth-certificate | relay-certificate.p12 relay-certificate-password
        --method password --webhook https://hooks.example/1 | password webhook-url
        --method device-code       | token-key
        --method connector-ip --public-addresses 203.0.113.5 | -
        --method connector-certificate --client-certificate a.pem --client-certificate-key /etc/ssl/a.key | a.pem
        """)
    void passesTheSecretsToTheService(String options, String names) throws IOException {
        Files.createDirectories(system.resolve("units/o365-relay.service.d"));
        Files.writeString(system.resolve("units/o365-relay.service.d/setup.conf"), "LoadCredential=old:/old");

        int code = run(options("--yes --no-check --mailbox r@contoso.example " + options));

        assertThat(code).as(screen::toString).isZero();
        assertThat(Files.readString(system.resolve("etc/relay.conf")))
                .contains("data-directory = \"/var/lib/o365-relay\"");
        String dropIn = Files.readString(system.resolve("units/o365-relay.service.d/setup.conf"));
        assertThat(dropIn).contains("[Service]\n").doesNotContain("DynamicUser");
        assertThat(dropIn.lines().filter(line -> line.startsWith("LoadCredential=")))
                .containsExactlyElementsOf(Stream.of(names.split(" "))
                        .filter(name -> !name.equals("-"))
                        .map(name -> "LoadCredential=" + name + ":"
                                + system.resolve("etc").resolve(name))
                        .toList());
    }

    @Test
    void printsItsHelp() {
        assertThat(run("--help")).isZero();
        assertThat(screen.toString()).contains("--mailbox=ADDRESS", "--method=METHOD", "--trusted-networks=NETWORKS");
        assertThat(screen.toString().lines()).allMatch(line -> line.length() <= 100);
    }

    /// Setup keeps an existing certificate.
    private void copyCertificate() throws IOException {
        for (String file : CERTIFICATE_FILES) {
            Files.copy(generated.resolve(file), directory.resolve(file));
        }
    }

    private int run(String... options) {
        return run(Optional.empty(), options);
    }

    private int runAsking(List<String> typing, String... options) {
        return run(Optional.of(new ScriptedTerminal(new PrintWriter(screen, true), typing)), options);
    }

    private int run(Optional<ScriptedTerminal> terminal, String... options) {
        PrintWriter out = new PrintWriter(screen, true);
        SystemPaths paths =
                new SystemPaths(system.resolve("etc"), Path.of("/var/lib/o365-relay"), system.resolve("units"), true);
        return CommandLines.of(new SetupCommand(() -> terminal.map(asked -> asked), paths))
                .setOut(out)
                .setErr(out)
                .execute(Stream.concat(Stream.of("setup"), Stream.of(options)).toArray(String[]::new));
    }

    private String seen() {
        return screen.toString().replace(directory.toString(), "DIR").replace(system.toString(), "SYSTEM");
    }

    private String[] options(String line) {
        return line.strip().replace("DIR", directory.toString()).split(" +");
    }

    private static String[] append(String[] options, String more) {
        return Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new);
    }

    private static List<String> typed(String dialog) {
        Matcher matcher = TYPED.matcher(dialog);
        List<String> typed = new ArrayList<>();
        while (matcher.find()) {
            typed.add(matcher.group(1).equals("***") ? SECRET : matcher.group(1));
        }
        return typed;
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
    }

    private static Stream<Path> dialogs() throws IOException {
        return list(FILES.resolve("dialogs"));
    }

    private static Stream<Path> methods() throws IOException {
        return list(FILES.resolve("methods"));
    }

    private static Stream<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList().stream();
        }
    }
}
