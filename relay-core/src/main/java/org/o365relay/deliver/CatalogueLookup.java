package org.o365relay.deliver;

import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplySource;
import org.o365relay.exchange.ReplyStep;
import org.o365relay.mail.Reply;

/// Looks a response up in the catalogue, with the source and the step that correspond to its origin and step.
record CatalogueLookup(ReplyCatalogue catalogue) {

    /// @return the entry that matches; empty if the reply is not known. For an unconfirmed response, always the
    ///     entry [Verdict#UNCONFIRMED], whatever the reply says
    Optional<KnownReply> find(Response response) {
        if (response.unconfirmed()) {
            return catalogue.named(Verdict.UNCONFIRMED);
        }
        Reply reply = response.reply();
        return response.origin().isReport()
                ? catalogue.findReported(reply, response.origin() == Origin.NDR)
                : sources(response)
                        .flatMap(source -> catalogue.find(source, step(response.step()), reply).stream())
                        .findFirst();
    }

    /// Looks up a TLS failure among the entries of the sign-in service and of SMTP submission, whichever server
    /// it concerns: if it is caused by a wrong clock, the fix is the same.
    Optional<KnownReply> findTlsFailure(Response response) {
        return catalogue
                .find(ReplySource.SIGN_IN, ReplyStep.SESSION, response.reply())
                .or(() -> catalogue.find(ReplySource.SUBMISSION, ReplyStep.SESSION, response.reply()));
    }

    /// Graph passes on what the sign-in service says about the token, with its AADSTS code.
    private static Stream<ReplySource> sources(Response response) {
        return switch (response.origin()) {
            case SUBMISSION -> Stream.of(ReplySource.SUBMISSION);
            case CONNECTOR -> Stream.of(ReplySource.CONNECTOR);
            case SIGN_IN -> Stream.of(ReplySource.SIGN_IN);
            case GRAPH ->
                response.reply().text().contains("AADSTS")
                        ? Stream.of(ReplySource.SIGN_IN, ReplySource.GRAPH)
                        : Stream.of(ReplySource.GRAPH);
            case NETWORK, PROXY, NDR, FOREIGN_NDR, TLS, RELAY, UNSUITABLE -> Stream.empty();
        };
    }

    private static ReplyStep step(Step step) {
        return switch (step) {
            case PROXY, CONNECT, GREETING, EHLO, STARTTLS -> ReplyStep.SESSION;
            case AUTH -> ReplyStep.AUTH;
            case MAIL -> ReplyStep.MAIL;
            case RCPT -> ReplyStep.RCPT;
            case CONTENT, END_OF_CONTENT -> ReplyStep.CONTENT;
        };
    }
}
