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
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.setup.ConfigDirectory.Readers;
import org.o365relay.mail.Secret;

/// Writes the initial configuration.
public final class Setup {

    private final Path directory;
    private final boolean force;
    private final @Nullable Path secretFile;
    private final Optional<Terminal> terminal;

    /// @param directory configuration directory; created if missing
    /// @param force whether to replace existing files; replaced files are kept with the suffix `.bak`
    /// @param secretFile file that contains the secret; null to ask the user for the secret if there is a
    ///     terminal
    /// @param terminal terminal of the user; empty to ask no questions
    public Setup(Path directory, boolean force, @Nullable Path secretFile, Optional<Terminal> terminal) {
        this.directory = directory;
        this.force = force;
        this.secretFile = secretFile;
        this.terminal = terminal;
    }

    /// The result of the setup.
    ///
    /// @param config path of `relay.conf`
    /// @param lines lines for the user that list the files that were written and the next steps
    public record Result(Path config, List<String> lines) {

        public Result {
            lines = List.copyOf(lines);
        }
    }

    /// Collects the answers and writes the files.
    ///
    /// @param given answers from the command line; the keys are option names without the leading dashes, such
    ///     as `mailbox`
    /// @throws InvalidAnswersException if an answer is missing or invalid, the secret file is empty or not used
    ///     by the method, or the input ended before the last answer; no file has been written
    /// @throws FileAlreadyExistsException if `force` is false, and `relay.conf`, the script or the file for the
    ///     given secret exists and is not empty; no file has been written
    /// @throws IOException if a file cannot be read or written, or keytool fails
    public Result write(Map<String, String> given) throws InvalidAnswersException, IOException {
        ConfigDirectory target = new ConfigDirectory(directory, force);
        target.prepare(List.of(RelayConf.NAME));
        SetupDialog dialog = new SetupDialog(answersByQuestion(given), terminal);
        SetupAnswers answers = dialog.answers();
        Optional<SetupSecretFile> requested = SetupSecretFile.requestedFor(answers);
        if (secretFile != null && requested.isEmpty()) {
            throw new InvalidAnswersException("--secret-file cannot be used here: this method needs no secret");
        }
        Optional<Secret> secret = secret(dialog, requested);
        target.prepare(fileNames(answers, requested, secret));
        return new Result(target.path(RelayConf.NAME), write(target, answers, requested, secret));
    }

    private static Map<SetupQuestion, String> answersByQuestion(Map<String, String> given) {
        EnumMap<SetupQuestion, String> answersByQuestion = new EnumMap<>(SetupQuestion.class);
        for (SetupQuestion question : SetupQuestion.values()) {
            Optional.ofNullable(given.get(question.option().substring(2)))
                    .ifPresent(text -> answersByQuestion.put(question, text));
        }
        return answersByQuestion;
    }

    private Optional<Secret> secret(SetupDialog dialog, Optional<SetupSecretFile> requested)
            throws InvalidAnswersException, IOException {
        if (requested.isEmpty()) {
            return Optional.empty();
        }
        if (secretFile == null) {
            return dialog.secret(requested.get().description());
        }
        String text = Files.readString(secretFile, StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            throw new InvalidAnswersException("--secret-file: " + secretFile + " is empty");
        }
        return Optional.of(new Secret(text));
    }

    private static List<String> fileNames(
            SetupAnswers answers, Optional<SetupSecretFile> requested, Optional<Secret> secret) {
        List<String> fileNames = new ArrayList<>(List.of(RelayConf.NAME));
        if (answers.method().isMicrosoft()) {
            fileNames.add(AdminScript.NAME);
        }
        requested.filter(secretFile -> secret.isPresent()).ifPresent(secretFile -> fileNames.add(secretFile.file()));
        return fileNames;
    }

    /// Writes `relay.conf` last, so that all files that setup creates exist before `relay.conf` names them.
    private List<String> write(
            ConfigDirectory target, SetupAnswers answers, Optional<SetupSecretFile> requested, Optional<Secret> secret)
            throws IOException {
        List<String> secrets = new ArrayList<>();
        if (requested.isPresent() && writeSecret(target, requested.get(), secret)) {
            secrets.add(requested.get().file());
        }
        if (answers.method() == SubmissionMethod.DEVICE_CODE) {
            if (!target.hasContent(SetupSecretFile.TOKEN_KEY.file())) {
                target.write(SetupSecretFile.TOKEN_KEY.file(), RandomSecret.text() + "\n", Readers.OWNER);
            }
            secrets.add(SetupSecretFile.TOKEN_KEY.file());
        }
        if (answers.generatesCertificate()) {
            AppCertificate.generate(target);
            secrets.add(AppCertificate.KEY_STORE_FILE);
            secrets.add(AppCertificate.PASSWORD_FILE);
        }
        if (answers.method().hasCertificate()) {
            exportCertificate(target, answers, secret);
        }
        if (answers.method().isMicrosoft()) {
            target.write(AdminScript.NAME, new AdminScript(answers).text(), Readers.ALL);
        }
        boolean withPassword = answers.generatesCertificate() || secret.isPresent();
        target.write(RelayConf.NAME, new RelayConf(answers, withPassword).text(), Readers.ALL);
        return new NextSteps(target, answers, secrets).lines();
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

    private static void exportCertificate(ConfigDirectory target, SetupAnswers answers, Optional<Secret> given)
            throws IOException {
        Path file = target.path(answers.certificate());
        Optional<Secret> password = answers.generatesCertificate()
                ? Optional.of(new Secret(Files.readString(target.path(AppCertificate.PASSWORD_FILE))
                        .strip()))
                : given;
        AppCertificate.export(file, password, target);
    }
}
