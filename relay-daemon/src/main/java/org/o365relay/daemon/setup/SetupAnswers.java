package org.o365relay.daemon.setup;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.exchange.Cloud;
import org.o365relay.mail.EmailAddress;

/// The answers given so far. While [SetupDialog] collects problems, the default or a placeholder replaces each
/// missing or invalid answer.
final class SetupAnswers {

    private final Map<SetupQuestion, String> texts;

    SetupAnswers(Map<SetupQuestion, String> texts) {
        EnumMap<SetupQuestion, String> copy = new EnumMap<>(SetupQuestion.class);
        copy.putAll(texts);
        this.texts = Collections.unmodifiableMap(copy);
    }

    SetupAnswers with(SetupQuestion question, String text) {
        EnumMap<SetupQuestion, String> extended = new EnumMap<>(SetupQuestion.class);
        extended.putAll(texts);
        extended.put(question, text);
        return new SetupAnswers(extended);
    }

    boolean has(SetupQuestion question) {
        return texts.containsKey(question);
    }

    /// @return the answer; empty if the question has not been answered or the answer is the keyword for no
    ///     value ([SetupQuestion#keyword()])
    Optional<String> text(SetupQuestion question) {
        return Optional.ofNullable(texts.get(question)).filter(text -> !text.equals(question.keyword()));
    }

    List<String> list(SetupQuestion question) {
        return text(question).map(AnswerChecks::list).orElse(List.of());
    }

    /// @return the files with certificates and keys that the user named
    List<String> namedFiles() {
        return Stream.of(
                        SetupQuestion.CERTIFICATE,
                        SetupQuestion.CLIENT_CERTIFICATE,
                        SetupQuestion.CLIENT_CERTIFICATE_KEY)
                .flatMap(question -> text(question).stream())
                .toList();
    }

    /// @return the port that devices connect to
    int port() {
        String listen = text(SetupQuestion.LISTEN).orElseThrow();
        return Integer.parseInt(listen.substring(listen.lastIndexOf(':') + 1));
    }

    Path dataDirectory() {
        return Path.of(text(SetupQuestion.DATA_DIRECTORY).orElseThrow());
    }

    EmailAddress mailbox() {
        return text(SetupQuestion.MAILBOX).flatMap(EmailAddress::parse).orElseThrow();
    }

    /// @return the domain of the mailbox; empty if the mailbox is not known yet
    Optional<String> domain() {
        return text(SetupQuestion.MAILBOX).flatMap(EmailAddress::parse).map(EmailAddress::domain);
    }

    DeliveryMethod method() {
        return text(SetupQuestion.METHOD).flatMap(DeliveryMethod::named).orElseThrow();
    }

    Cloud cloud() {
        return text(SetupQuestion.CLOUD).flatMap(Cloud::named).orElse(Cloud.WORLDWIDE);
    }

    Permission permission() {
        return text(SetupQuestion.PERMISSION).flatMap(Permission::named).orElse(Permission.CONSENT);
    }

    boolean hasGraphFallback() {
        return text(SetupQuestion.GRAPH_FALLBACK).filter("yes"::equals).isPresent();
    }

    /// @return whether Microsoft Graph is the primary upstream or the fallback
    boolean usesGraph() {
        return method().isGraph() || hasGraphFallback();
    }

    /// @return whether setup generates the app's certificate, because the user named no certificate file
    boolean generatesCertificate() {
        return method().hasCertificate() && text(SetupQuestion.CERTIFICATE).isEmpty();
    }

    /// @return the file with the app's certificate: the one that the user named or the one that setup generates
    String certificate() {
        return text(SetupQuestion.CERTIFICATE).orElse(AppCertificate.KEY_STORE_FILE);
    }

    /// Lists the answered questions without the answers.
    @Override
    public String toString() {
        return Arrays.stream(SetupQuestion.values()).filter(this::has).toList().toString();
    }
}
