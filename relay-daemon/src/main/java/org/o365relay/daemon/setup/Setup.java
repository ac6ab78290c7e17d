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

/// Writes the first configuration.
public final class Setup {

    private final Path directory;
    private final boolean force;
    private final @Nullable Path secretFile;
    private final Optional<Terminal> terminal;

    /// @param directory gets the files; made if it is not there
    /// @param force whether files that are there may be replaced; they are kept as `.bak`
    /// @param secretFile holds the secret that would be asked for; null to ask
    /// @param terminal empty if nobody can be asked
    public Setup(Path directory, boolean replacing, @Nullable Path secretFile, Optional<Terminal> terminal) {
        this.directory = directory;
        this.force = replacing;
        this.secretFile = secretFile;
        this.terminal = terminal;
    }

    /// What was written.
    ///
    /// @param config the relay's configuration
    /// @param lines on the files, and on what to do now
    public record Written(Path config, List<String> lines) {

        public Written {
            lines = List.copyOf(lines);
        }
    }

    /// @param given the answers on the command line, by the option without its dashes: `mailbox`
    /// @throws InvalidAnswersException if something is missing or wrong; nothing has been written
    /// @throws FileAlreadyExistsException if a file would be replaced; nothing has been written
    /// @throws IOException if a file cannot be read or written
    public Written write(Map<String, String> given) throws InvalidAnswersException, IOException {
        ConfigDirectory folder = new ConfigDirectory(directory, force);
        folder.prepare(List.of(RelayConf.NAME));
        SetupDialog interview = new SetupDialog(questions(given), terminal);
        SetupAnswers answers = interview.answers();
        Optional<SetupSecretFile> asked = SetupSecretFile.asked(answers);
        if (secretFile != null && asked.isEmpty()) {
            throw new InvalidAnswersException("--secret-file is not used here: there is no secret to keep");
        }
        Optional<Secret> secret = secret(interview, asked);
        folder.prepare(names(answers, asked, secret));
        return new Written(folder.path(RelayConf.NAME), write(folder, answers, asked, secret));
    }

    private static Map<SetupQuestion, String> questions(Map<String, String> given) {
        EnumMap<SetupQuestion, String> questions = new EnumMap<>(SetupQuestion.class);
        for (SetupQuestion question : SetupQuestion.values()) {
            Optional.ofNullable(given.get(question.option().substring(2)))
                    .ifPresent(text -> questions.put(question, text));
        }
        return questions;
    }

    private Optional<Secret> secret(SetupDialog interview, Optional<SetupSecretFile> asked)
            throws InvalidAnswersException, IOException {
        if (asked.isEmpty()) {
            return Optional.empty();
        }
        if (secretFile == null) {
            return interview.secret(asked.get().description());
        }
        String text = Files.readString(secretFile, StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            throw new InvalidAnswersException("--secret-file: " + secretFile + " is empty");
        }
        return Optional.of(new Secret(text));
    }

    private static List<String> names(SetupAnswers answers, Optional<SetupSecretFile> asked, Optional<Secret> secret) {
        List<String> names = new ArrayList<>(List.of(RelayConf.NAME));
        if (answers.method().isMicrosoft()) {
            names.add(AdminScript.NAME);
        }
        asked.filter(kept -> secret.isPresent()).ifPresent(kept -> names.add(kept.file()));
        return names;
    }

    /// The configuration comes last: it is there only if everything it names is.
    private List<String> write(
            ConfigDirectory folder, SetupAnswers answers, Optional<SetupSecretFile> asked, Optional<Secret> secret)
            throws IOException {
        List<String> secrets = new ArrayList<>();
        if (asked.isPresent() && keep(folder, asked.get(), secret)) {
            secrets.add(asked.get().file());
        }
        if (answers.method() == SubmissionMethod.DEVICE_CODE) {
            if (!folder.hasContent(SetupSecretFile.TOKEN_KEY.file())) {
                folder.write(SetupSecretFile.TOKEN_KEY.file(), RandomSecret.text() + "\n", Readers.OWNER);
            }
            secrets.add(SetupSecretFile.TOKEN_KEY.file());
        }
        if (answers.generatesCertificate()) {
            AppCertificate.generate(folder);
            secrets.add(AppCertificate.KEY_STORE);
            secrets.add(AppCertificate.PASSWORD);
        }
        if (answers.method().hasCertificate()) {
            exportCertificate(folder, answers, secret);
        }
        if (answers.method().isMicrosoft()) {
            folder.write(AdminScript.NAME, new AdminScript(answers).text(), Readers.ALL);
        }
        boolean withPassword = answers.generatesCertificate() || secret.isPresent();
        folder.write(RelayConf.NAME, new RelayConf(answers, withPassword).text(), Readers.ALL);
        return new NextSteps(folder, answers, secrets).lines();
    }

    /// @return whether there is such a file now; empty if the secret is still to be written into it
    private static boolean keep(ConfigDirectory folder, SetupSecretFile kept, Optional<Secret> secret)
            throws IOException {
        if (secret.isPresent()) {
            folder.write(kept.file(), secret.get().reveal() + "\n", Readers.OWNER);
        } else if (kept == SetupSecretFile.CERTIFICATE_PASSWORD) {
            return false;
        } else if (!folder.hasContent(kept.file())) {
            folder.write(kept.file(), "", Readers.OWNER);
        }
        return true;
    }

    private static void exportCertificate(ConfigDirectory folder, SetupAnswers answers, Optional<Secret> given)
            throws IOException {
        Path file = folder.path(answers.certificate());
        Optional<Secret> password = answers.generatesCertificate()
                ? Optional.of(new Secret(
                        Files.readString(folder.path(AppCertificate.PASSWORD)).strip()))
                : given;
        AppCertificate.export(file, password, folder);
    }
}
