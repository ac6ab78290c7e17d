package org.o365relay.daemon.setup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.setup.ConfigDirectory.Readers;
import org.o365relay.mail.Secret;

/// Writes the initial configuration.
public final class Setup {

    private final Path directory;
    private final boolean force;
    private final @Nullable Path secretFile;
    private final Optional<Terminal> terminal;
    private final SystemPaths paths;

    /// @param directory configuration directory; created if missing. Null: `/etc/o365-relay` for root or if it
    ///     is writable, otherwise the current directory
    /// @param force whether to replace existing files; replaced files are kept with the suffix `.bak`
    /// @param secretFile file that contains the secret; null to ask the user for the secret if there is a
    ///     terminal
    /// @param terminal terminal of the user; empty to ask no questions
    /// @param paths directories of an installation as a systemd service
    public Setup(
            @Nullable Path directory,
            boolean force,
            @Nullable Path secretFile,
            Optional<Terminal> terminal,
            SystemPaths paths) {
        this.directory = directory == null ? paths.defaultConfiguration() : directory;
        this.paths = paths;
        this.force = force;
        this.secretFile = secretFile;
        this.terminal = terminal;
    }

    /// The result of the setup.
    ///
    /// @param config path of `relay.conf`
    /// @param lines lines for the user that list the files that were written and the next steps
    /// @param missing what is still missing; until it is added, the configuration does not pass the check
    public record Result(Path config, List<String> lines, List<String> missing) {

        public Result {
            lines = List.copyOf(lines);
            missing = List.copyOf(missing);
        }
    }

    /// Collects the answers and writes the files.
    ///
    /// @param given answers from the command line; the keys are option names without the leading dashes, such
    ///     as `mailbox`
    /// @throws InvalidAnswersException if an answer is missing or invalid; if a secret file is given, but is
    ///     empty, or the submission method needs no secret; or if the input ended before the last answer. No
    ///     file has been written
    /// @throws FileAlreadyExistsException if `force` is false and a file to be written already exists and is
    ///     not empty, even with the same content (only an unchanged certificate file is tolerated); no file has
    ///     been written
    /// @throws IOException if a file cannot be read or written, or keytool fails
    public Result write(Map<String, String> given) throws InvalidAnswersException, IOException {
        ConfigDirectory target = new ConfigDirectory(directory, force);
        target.prepare(List.of(RelayConf.NAME));
        SetupDialog dialog = new SetupDialog(
                target,
                answersByQuestion(given),
                Map.of(SetupQuestion.DATA_DIRECTORY, paths.dataFor(directory).toString()),
                terminal);
        SetupDialog.Entered entered = dialog.entered(secretFile == null);
        SetupAnswers answers = entered.answers();
        Optional<SetupSecretFile> requested = SetupSecretFile.requestedFor(answers);
        if (secretFile != null && requested.isEmpty()) {
            throw new InvalidAnswersException("--secret-file cannot be used here: this method needs no secret");
        }
        Optional<Secret> secret = secretFile == null ? entered.secret() : Optional.of(secretIn(secretFile));
        Optional<String> certificate = knownCertificate(target, answers, secret);
        target.prepare(fileNames(target, answers, requested.filter(file -> secret.isPresent()), certificate));
        List<String> secrets = writeSecrets(target, answers, requested, secret);
        writeCertificate(target, answers, certificate);
        Optional<ServiceDropIn> dropIn = writeDropIn(target, answers, secrets);
        if (answers.method().isMicrosoft()) {
            target.write(AdminScript.NAME, new AdminScript(answers).text(), Readers.ALL);
        }
        boolean withPassword = answers.generatesCertificate() || secret.isPresent();
        // Last, so that all files that setup creates exist before relay.conf names them.
        target.write(RelayConf.NAME, new RelayConf(answers, withPassword).text(), Readers.ALL);
        NextSteps steps = new NextSteps(target, answers, secrets, paths, dropIn);
        List<String> lines = steps.lines();
        return new Result(target.path(RelayConf.NAME), lines, steps.missing());
    }

    private static Map<SetupQuestion, String> answersByQuestion(Map<String, String> given) {
        EnumMap<SetupQuestion, String> answersByQuestion = new EnumMap<>(SetupQuestion.class);
        for (SetupQuestion question : SetupQuestion.values()) {
            Optional.ofNullable(given.get(question.option().substring(2)))
                    .ifPresent(text -> answersByQuestion.put(question, text));
        }
        return answersByQuestion;
    }

    private static Secret secretIn(Path file) throws InvalidAnswersException, IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            throw new InvalidAnswersException("--secret-file: " + file + " is empty");
        }
        return new Secret(text);
    }

    /// @return the certificate to upload; empty if the method has none or it will be generated
    private static Optional<String> knownCertificate(
            ConfigDirectory target, SetupAnswers answers, Optional<Secret> secret) throws IOException {
        boolean known = answers.method().hasCertificate()
                && (!answers.generatesCertificate() || AppCertificate.isGenerated(target));
        return known ? Optional.of(exported(target, answers, secret)) : Optional.empty();
    }

    private static String exported(ConfigDirectory target, SetupAnswers answers, Optional<Secret> given)
            throws IOException {
        Optional<Secret> password = answers.generatesCertificate()
                ? Optional.of(new Secret(Files.readString(target.path(AppCertificate.PASSWORD_FILE))
                        .strip()))
                : given;
        return AppCertificate.exported(target.path(answers.certificate()), password);
    }

    /// @return names of the files to be written, except a certificate file that is already up to date; existing
    ///     non-empty ones need `force`
    private static List<String> fileNames(
            ConfigDirectory target, SetupAnswers answers, Optional<SetupSecretFile> given, Optional<String> certificate)
            throws IOException {
        List<String> fileNames = new ArrayList<>(List.of(RelayConf.NAME));
        if (answers.method().isMicrosoft()) {
            fileNames.add(AdminScript.NAME);
        }
        given.ifPresent(secretFile -> fileNames.add(secretFile.file()));
        answers.text(SetupQuestion.WEBHOOK).ifPresent(url -> fileNames.add(SetupSecretFile.WEBHOOK_URL.file()));
        if (certificate.isPresent()) {
            if (!target.contains(AppCertificate.CERTIFICATE_FILE, certificate.get())) {
                fileNames.add(AppCertificate.CERTIFICATE_FILE);
            }
        } else if (answers.generatesCertificate()) {
            fileNames.addAll(List.of(
                    AppCertificate.KEY_STORE_FILE, AppCertificate.PASSWORD_FILE, AppCertificate.CERTIFICATE_FILE));
        }
        return fileNames;
    }

    /// @return the names of the files with secrets, which may still be empty
    private static List<String> writeSecrets(
            ConfigDirectory target, SetupAnswers answers, Optional<SetupSecretFile> requested, Optional<Secret> secret)
            throws IOException {
        List<String> secrets = new ArrayList<>();
        if (requested.isPresent() && writeSecret(target, requested.get(), secret)) {
            secrets.add(requested.get().file());
        }
        if (answers.method() == DeliveryMethod.DEVICE_CODE) {
            if (!target.hasContent(SetupSecretFile.TOKEN_KEY.file())) {
                target.write(SetupSecretFile.TOKEN_KEY.file(), RandomSecret.generate() + "\n", Readers.OWNER);
            }
            secrets.add(SetupSecretFile.TOKEN_KEY.file());
        }
        if (answers.generatesCertificate()) {
            AppCertificate.generate(target);
            secrets.add(AppCertificate.KEY_STORE_FILE);
            secrets.add(AppCertificate.PASSWORD_FILE);
        }
        Optional<String> webhook = answers.text(SetupQuestion.WEBHOOK);
        if (webhook.isPresent()) {
            target.write(SetupSecretFile.WEBHOOK_URL.file(), webhook.get() + "\n", Readers.OWNER);
            secrets.add(SetupSecretFile.WEBHOOK_URL.file());
        }
        return secrets;
    }

    /// Writes the secret to its file. If no secret was given, keeps an existing file or creates an empty one,
    /// except for the password of a certificate: because that password is optional, no file is created.
    ///
    /// @return whether to list the file for the user; false if no password was given for a certificate
    private static boolean writeSecret(ConfigDirectory target, SetupSecretFile secretFile, Optional<Secret> secret)
            throws IOException {
        if (secret.isPresent()) {
            target.write(secretFile.file(), secret.get().reveal() + "\n", Readers.OWNER);
        } else if (secretFile == SetupSecretFile.CERTIFICATE_PASSWORD) {
            return false;
        } else if (!target.hasContent(secretFile.file())) {
            target.write(secretFile.file(), "", Readers.OWNER);
        }
        return true;
    }

    private static void writeCertificate(ConfigDirectory target, SetupAnswers answers, Optional<String> known)
            throws IOException {
        if (answers.method().hasCertificate()) {
            String certificate = known.isPresent() ? known.get() : exported(target, answers, Optional.empty());
            if (!target.contains(AppCertificate.CERTIFICATE_FILE, certificate)) {
                target.write(AppCertificate.CERTIFICATE_FILE, certificate, Readers.ALL);
            }
        }
    }

    /// Writes the drop-in file for the systemd unit, even if there are no secrets, because an older file may
    /// name some. An older file is always replaced: the `relay.conf` that it belongs to is being replaced as
    /// well, or no longer exists.
    private Optional<ServiceDropIn> writeDropIn(ConfigDirectory target, SetupAnswers answers, List<String> secrets)
            throws IOException {
        if (!paths.isServiceIn(directory)) {
            return Optional.empty();
        }
        List<Path> files = Stream.concat(secrets.stream(), answers.namedFiles().stream())
                .filter(name -> Path.of(name).equals(Path.of(name).getFileName()))
                .map(name -> target.path(name).toAbsolutePath().normalize())
                .distinct()
                .toList();
        ServiceDropIn dropIn = new ServiceDropIn(paths, files, answers.dataDirectory(), answers.port());
        ConfigDirectory dropIns = new ConfigDirectory(paths.dropIns(), true);
        dropIns.prepare(List.of());
        dropIns.write(ServiceDropIn.NAME, dropIn.text(), Readers.ALL);
        return Optional.of(dropIn);
    }
}
