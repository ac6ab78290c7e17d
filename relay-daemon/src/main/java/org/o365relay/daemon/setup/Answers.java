package org.o365relay.daemon.setup;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.exchange.Cloud;
import org.o365relay.mail.EmailAddress;

/// What has been answered so far; every answer is right by itself.
final class Answers {

    private final Map<Question, String> texts;

    Answers(Map<Question, String> texts) {
        EnumMap<Question, String> copy = new EnumMap<>(Question.class);
        copy.putAll(texts);
        this.texts = Collections.unmodifiableMap(copy);
    }

    Answers with(Question question, String text) {
        EnumMap<Question, String> more = new EnumMap<>(Question.class);
        more.putAll(texts);
        more.put(question, text);
        return new Answers(more);
    }

    boolean has(Question question) {
        return texts.containsKey(question);
    }

    /// @return empty if it was answered with "none", "later" or the like, or not at all
    Optional<String> text(Question question) {
        return Optional.ofNullable(texts.get(question)).filter(text -> !text.equals(question.nothing()));
    }

    List<String> list(Question question) {
        return text(question).map(Checks::list).orElse(List.of());
    }

    EmailAddress mailbox() {
        return text(Question.MAILBOX).flatMap(EmailAddress::parse).orElseThrow();
    }

    /// @return the mailbox's; empty if it is not known yet
    Optional<String> domain() {
        return text(Question.MAILBOX).flatMap(EmailAddress::parse).map(EmailAddress::domain);
    }

    Way way() {
        return text(Question.WAY).flatMap(Way::named).orElseThrow();
    }

    Cloud cloud() {
        return text(Question.CLOUD).flatMap(Cloud::named).orElse(Cloud.WORLDWIDE);
    }

    Permission permission() {
        return text(Question.PERMISSION).flatMap(Permission::named).orElse(Permission.CONSENT);
    }

    boolean hasGraphFallback() {
        return text(Question.GRAPH_FALLBACK).filter("yes"::equals).isPresent();
    }

    /// @return whether any road goes through Microsoft Graph
    boolean usesGraph() {
        return way().isGraph() || hasGraphFallback();
    }

    /// @return whether the certificate is made here rather than given
    boolean makesCertificate() {
        return way().hasCertificate() && text(Question.CERTIFICATE).isEmpty();
    }

    /// @return the file of the app's certificate: given, or made here
    String certificate() {
        return text(Question.CERTIFICATE).orElse(AppCertificate.KEY_STORE);
    }

    /// Names the questions it has no answer for.
    @Override
    public String toString() {
        return Arrays.stream(Question.values()).filter(this::has).toList().toString();
    }
}
