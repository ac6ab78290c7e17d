package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplySource;
import org.o365relay.exchange.ReplyStep;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Reply;
import org.o365relay.time.ClockDifference;

class FailurePolicyTest {

    private final FailurePolicy policy = new FailurePolicy(new EmailAddress("relay", "contoso.example"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # step        | origin   | outcome   | scope     | reply
        END_OF_CONTENT| SUBMISSION | Delivered | MESSAGE   | 250 2.0.0 OK <1@x> [Hostname=A.prod.outlook.com]
        # Exchange's own replies, by code and text
        AUTH          | SUBMISSION | Deferred  | UPSTREAM  | 535 5.7.3 Authentication unsuccessful [HOST 2026 0]
        AUTH          | SUBMISSION | Deferred  | UPSTREAM  | 535 5.7.139 Authentication unsuccessful, new words
        AUTH          | SUBMISSION | Deferred  | UPSTREAM  | 550 5.7.30 Basic authentication is not supported
        AUTH          | SUBMISSION | Deferred  | UPSTREAM  | 504 5.7.4 Unrecognized authentication type
        AUTH          | SUBMISSION | Deferred  | MESSAGE   | 454 4.7.0 Temporary authentication failure
        AUTH          | SUBMISSION | Deferred  | MESSAGE   | 451 4.7.0 Temporary server error. PRX4
        MAIL          | SUBMISSION | Deferred  | UPSTREAM  | 530 5.7.57 Client not authenticated to send mail.
        MAIL          | SUBMISSION | Deferred  | UPSTREAM  | 451 5.7.3 STARTTLS is required to send mail
        EHLO          | SUBMISSION | Deferred  | UPSTREAM  | 421 4.7.66 TLS 1.0 and 1.1 are not supported.
        END_OF_CONTENT| SUBMISSION | Deferred  | MAILBOX   | 554 5.2.252 SendAsDenied; a not allowed to send as b
        END_OF_CONTENT| SUBMISSION | Deferred  | MAILBOX   | 550 5.2.252 Sender throttled due to continuous errors
        END_OF_CONTENT| SUBMISSION | Deferred  | MAILBOX   | 554 5.2.0 X:SubmissionQuotaExceededException; no
        END_OF_CONTENT| SUBMISSION | Deferred  | MAILBOX   | 554 5.2.2 mailbox full; MapiExceptionQuotaExceeded
        MAIL          | SUBMISSION | Deferred  | CONNECTIONS| 432 4.3.2 Concurrent connections limit exceeded.
        RCPT          | SUBMISSION | Deferred  | MAILBOX   | 550 5.7.233 tenant external recipient rate limit
        GREETING      | SUBMISSION | Deferred  | MESSAGE   | 421 4.3.2 Service not active
        RCPT          | SUBMISSION | Deferred  | RECIPIENT | 452 4.5.3 Too many recipients
        RCPT          | SUBMISSION | Deferred  | RECIPIENT | 550 5.2.122 Recipient's receive limit exceeded
        RCPT          | SUBMISSION | Failed    | RECIPIENT | 550 5.1.10 RecipientNotFound
        RCPT          | SUBMISSION | Failed    | RECIPIENT | 552 5.2.2 mailbox full
        RCPT          | SUBMISSION | Deferred  | RECIPIENT | 552 Too many recipients
        RCPT          | SUBMISSION | Deferred  | RECIPIENT | 552 5.5.3 Too many recipients
        END_OF_CONTENT| SUBMISSION | Failed    | MESSAGE   | 552 5.3.4 Message size exceeds fixed maximum size
        MAIL          | SUBMISSION | Deferred  | UPSTREAM  | 501 5.1.7 Invalid address
        END_OF_CONTENT| SUBMISSION | Failed    | MESSAGE   | 550 5.7.703 blocked by the tenant
        # replies nobody knows
        GREETING      | SUBMISSION | Deferred  | UPSTREAM  | 554 No SMTP service here
        CONNECT       | SUBMISSION | Deferred  | UPSTREAM  | 521 host does not accept mail
        EHLO          | SUBMISSION | Deferred  | UPSTREAM  | 550 5.7.506 Bad HELO
        STARTTLS      | SUBMISSION | Deferred  | UPSTREAM  | 501 5.5.4 No
        STARTTLS      | SUBMISSION | Deferred  | MESSAGE   | 454 4.7.0 TLS not available
        AUTH          | SUBMISSION | Deferred  | UPSTREAM  | 535 Denied
        AUTH          | SUBMISSION | Deferred  | UPSTREAM  | 530 5.7.0 Something first
        AUTH          | SUBMISSION | Deferred  | UPSTREAM  | 550 5.7.999 Something new
        AUTH          | SUBMISSION | Deferred  | UPSTREAM  | 552 5.3.4 Message size exceeds
        MAIL          | SUBMISSION | Deferred  | UPSTREAM  | 530 5.7.0 Authentication required
        MAIL          | SUBMISSION | Deferred  | UPSTREAM  | 550 5.7.999 Something new
        MAIL          | SUBMISSION | Deferred  | UPSTREAM  | 553 5.7.1 Sender address rejected: not owned by user
        MAIL          | SUBMISSION | Failed    | MESSAGE   | 552 5.3.4 Message size exceeds fixed maximum size
        MAIL          | SUBMISSION | Failed    | MESSAGE   | 552 too big
        MAIL          | SUBMISSION | Failed    | MESSAGE   | 550 5.6.7 non-ASCII addresses not permitted
        MAIL          | SUBMISSION | Deferred  | MESSAGE   | 450 4.9.9 Something new
        RCPT          | SUBMISSION | Failed    | RECIPIENT | 550 No such user
        RCPT          | SUBMISSION | Deferred  | RECIPIENT | 450 Greylisted
        CONTENT       | SUBMISSION | Failed    | MESSAGE   | 554 No valid recipients
        CONTENT       | SUBMISSION | Deferred  | MESSAGE   | 250 Makes no sense
        END_OF_CONTENT| SUBMISSION | Failed    | MESSAGE   | 554 Transaction failed
        END_OF_CONTENT| SUBMISSION | Deferred  | MESSAGE   | 430 4.2.0 Something new
        END_OF_CONTENT| SUBMISSION | Deferred  | MESSAGE   | 354 Makes no sense
        # what the relay says itself
        CONNECT       | NETWORK  | Deferred  | MESSAGE   | 451 4.4.1 connection refused
        MAIL          | NETWORK  | Deferred  | MESSAGE   | 451 4.5.0 x sent an unexpected reply
        END_OF_CONTENT| NETWORK  | Deferred  | MESSAGE   | 451 4.4.2 connection lost
        STARTTLS      | TLS      | Deferred  | UPSTREAM  | 454 4.7.5 certificate of x is for y
        AUTH          | RELAY    | Deferred  | UPSTREAM  | 504 5.7.4 x offers no AUTH LOGIN or PLAIN
        MAIL          | RELAY    | Failed    | MESSAGE   | 550 5.6.7 x cannot take it
        RCPT          | RELAY    | Failed    | RECIPIENT | 550 5.6.7 x cannot take it
        CONTENT       | RELAY    | Deferred  | MESSAGE   | 451 4.3.0 the stored message cannot be read
        # the sign-in service
        AUTH          | SIGN_IN  | Deferred  | UPSTREAM  | 401 invalid_client: AADSTS7000215: Invalid client secret
        AUTH          | SIGN_IN  | Deferred  | UPSTREAM  | 400 unauthorized_client: AADSTS4711: something new
        AUTH          | SIGN_IN  | Deferred  | MESSAGE   | 503 temporarily_unavailable: no
        # Microsoft Graph
        END_OF_CONTENT| GRAPH    | Delivered | MESSAGE   | 202 Accepted
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 200 NotSent: no
        AUTH          | GRAPH    | Deferred  | UPSTREAM  | 401 InvalidAuthenticationToken: no
        END_OF_CONTENT| GRAPH    | Deferred  | UPSTREAM  | 403 ErrorAccessDenied: Access is denied.
        END_OF_CONTENT| GRAPH    | Deferred  | UPSTREAM  | 403 SomethingNew: no
        END_OF_CONTENT| GRAPH    | Deferred  | MAILBOX   | 403 ErrorSendAsDenied: no
        END_OF_CONTENT| GRAPH    | Failed    | MESSAGE   | 400 ErrorInvalidRecipients: no
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 400 SomethingNew: no
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 402 SomethingNew: no
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 410 ErrorNewRecipientLimit: no
        END_OF_CONTENT| GRAPH    | Failed    | MESSAGE   | 410 ErrorNewRecipientTrouble: no
        END_OF_CONTENT| GRAPH    | Failed    | MESSAGE   | 410 ErrorNewSizeExceeded: no
        AUTH          | GRAPH    | Deferred  | MESSAGE   | 410 ErrorNewRecipientTrouble: no
        END_OF_CONTENT| GRAPH    | Failed    | MESSAGE   | 413 BadRequest: no
        END_OF_CONTENT| GRAPH    | Deferred  | UPSTREAM  | 429 ApplicationThrottled: no
        END_OF_CONTENT| GRAPH    | Deferred  | MAILBOX   | 429 ErrorSubmissionQuotaExceeded: no
        END_OF_CONTENT| GRAPH    | Deferred  | CONNECTIONS| 429 ApplicationThrottled: over its MailboxConcurrency
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 503 ServiceUnavailable: no
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 408 SomethingNew: no
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 409 ErrorIrresolvableConflict: no
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 423 SomethingNew: no
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 425 SomethingNew: no
        # a draft's trouble is not that of small messages
        CONTENT       | GRAPH    | Deferred  | MESSAGE   | 403 DraftsForbidden: no (Mail.ReadWrite): ErrorAccessDenied: no
        CONTENT       | GRAPH    | Deferred  | MESSAGE   | 403 ErrorAccessDenied: no
        CONTENT       | GRAPH    | Deferred  | MESSAGE   | 403 SomethingNew: no
        CONTENT       | GRAPH    | Deferred  | MESSAGE   | 404 ErrorItemNotFound: no
        CONTENT       | GRAPH    | Deferred  | MESSAGE   | 404 ResourceNotFound: no
        CONTENT       | GRAPH    | Deferred  | MESSAGE   | 401 HTTP 401: the upload's key is too old
        CONTENT       | GRAPH    | Deferred  | MESSAGE   | 400 SomethingNew: no
        CONTENT       | GRAPH    | Deferred  | MESSAGE   | 403 ErrorSendAsDenied: no
        CONTENT       | GRAPH    | Deferred  | MESSAGE   | 507 ErrorQuotaExceeded: no
        CONTENT       | GRAPH    | Failed    | MESSAGE   | 413 ErrorMessageSizeExceeded: no
        CONTENT       | GRAPH    | Deferred  | UPSTREAM  | 429 ApplicationThrottled: no
        END_OF_CONTENT| GRAPH    | Deferred  | MESSAGE   | 505 SomethingNew: no
        """)
    void classifiesReplies(Step step, Origin origin, String outcome, Scope scope, String text) {
        Reply reply = Reply.parse(text).orElseThrow();
        Verdict verdict = policy.judge(new Response(step, reply, origin), false);

        assertThat(verdict.outcome().getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(verdict.scope()).isEqualTo(scope);
        assertThat(verdict.outcome().reply()).isEqualTo(reply);
        assertThat(verdict.cause().isEmpty()).isEqualTo(outcome.equals("Delivered"));
    }

    @Test
    void advisesToSetTheClockIfACertificateIsNotValidYet() {
        String early = new ClockDifference(Instant.EPOCH, Instant.parse("2026-11-30T12:00:00Z")).beforeValidity();
        Verdict verdict = policy.judge(
                new Response(
                        Step.STARTTLS,
                        Reply.of(454, "4.7.5", "certificate of a.example is not valid yet: " + early),
                        Origin.TLS),
                false);
        assertThat(verdict.scope()).isEqualTo(Scope.UPSTREAM);
        assertThat(verdict.outcome()).isInstanceOf(Outcome.Deferred.class);
        assertThat(verdict.cause()).isEqualTo("the clock of this machine is wrong");
        assertThat(verdict.advice()).contains("timedatectl");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        MAIL    | 552 5.3.4 smtp.example:587 accepts messages of at most 100 octets; this one has 200 | Set-Mailbox relay@contoso.example -MaxSendSize | fallback
        CONTENT | 552 5.3.4 Message too large for Microsoft Graph                                     | (SMTP) to fallback of relay@contoso.example    | MaxSendSize
        RCPT    | 550 5.6.7 smtp.example:587 does not accept internationalized addresses              | (SMTPUTF8)                                     | smaller
        """)
    void givesAdviceByTheReasonWhyTheUpstreamCannotCarryTheMessage(
            Step step, String reply, String advice, String otherAdvice) {
        Response response = new Response(step, Reply.parse(reply).orElseThrow(), Origin.UNSUITABLE);
        assertThat(policy.judge(response, false).advice()).contains(advice).doesNotContain(otherAdvice);
    }

    @Test
    void givesNoAdviceOnContentThatNoUpstreamCanCarry() {
        Reply reply = Reply.of(554, "5.6.3", "The message is binary");
        Response response = new Response(Step.CONTENT, reply, Origin.UNSUITABLE);
        assertThat(policy.judge(response, false).advice()).isEmpty();
    }

    static Stream<Arguments> examplesAtEveryStep() {
        return ReplyCatalogue.microsoft365().entries().stream()
                .filter(entry -> entry.sources().getFirst() != ReplySource.NDR) // no attempt has this origin
                .flatMap(entry -> entry.examples().stream()
                        .flatMap(reply -> Stream.of(Step.values())
                                .map(step -> Arguments.of(
                                        step, origin(entry.sources().getFirst()), reply))));
    }

    @ParameterizedTest
    @MethodSource("examplesAtEveryStep")
    void neverFailsMailBecauseOfTheMailboxOrBeforeMail(Step step, Origin origin, Reply reply) {
        Verdict verdict = policy.judge(new Response(step, reply, origin), false);
        if (verdict.scope().compareTo(Scope.MESSAGE) > 0 || step.compareTo(Step.MAIL) < 0) {
            assertThat(verdict.outcome()).isInstanceOf(Outcome.Deferred.class);
        }
        assertThat(verdict.advice()).doesNotContain("{mailbox}");
    }

    private static Origin origin(ReplySource speaker) {
        return switch (speaker) {
            case SUBMISSION -> Origin.SUBMISSION;
            case CONNECTOR -> Origin.CONNECTOR;
            case NDR -> Origin.NDR;
            case SIGN_IN -> Origin.SIGN_IN;
            case GRAPH -> Origin.GRAPH;
        };
    }

    private static Step step(KnownReply known) {
        return known.steps().isEmpty() || known.steps().contains(ReplyStep.CONTENT)
                ? Step.END_OF_CONTENT
                : known.steps().contains(ReplyStep.MAIL) ? Step.MAIL : Step.AUTH;
    }

    static Stream<KnownReply> stoppers() {
        return ReplyCatalogue.microsoft365().entries().stream().filter(entry -> switch (entry.kind()) {
            case CONNECTIONS, RATE, THROTTLED, UPSTREAM, MAILBOX -> true;
            case PERMANENT, TRANSIENT, AUTHOR -> false;
        });
    }

    @ParameterizedTest
    @MethodSource("stoppers")
    void knownMailboxFailuresNeverBounceMail(KnownReply known) {
        for (Reply reply : known.examples()) {
            Response response =
                    new Response(step(known), reply, origin(known.sources().getFirst()));
            Verdict verdict = policy.judge(response, false);
            assertThat(verdict.scope()).isIn(Scope.CONNECTIONS, Scope.RATE, Scope.UPSTREAM, Scope.MAILBOX);
            assertThat(verdict.outcome()).isInstanceOf(Outcome.Deferred.class);
            assertThat(verdict.name()).isEqualTo(known.name());
            assertThat(verdict.probeAfter()).isEqualTo(known.probe());
        }
    }

    @Test
    void aRefusedAuthorBlocksTheMailboxOnlyIfItIsTheMailbox() {
        Reply denied = Reply.of(554, "5.2.252", "SendAsDenied; a not allowed to send as b");
        Response response = new Response(Step.END_OF_CONTENT, denied, Origin.SUBMISSION);
        assertThat(policy.judge(response, false).scope()).isEqualTo(Scope.MAILBOX);
        Verdict alias = policy.judge(response, true);
        assertThat(alias.scope()).isEqualTo(Scope.AUTHOR);
        assertThat(alias.outcome()).isInstanceOf(Outcome.Deferred.class);
        assertThat(alias.advice()).contains("Add-RecipientPermission");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # the upstream has seen the author's domain, and knows no mailbox if the relay does not sign in to it
        END_OF_CONTENT| CONNECTOR  | AUTHOR   | UPSTREAM | 550 5.7.509 domain [OTHER.EXAMPLE] does not pass DMARC
        END_OF_CONTENT| SUBMISSION | AUTHOR   | MAILBOX  | 550 5.7.509 domain [OTHER.EXAMPLE] does not pass DMARC
        END_OF_CONTENT| CONNECTOR  | AUTHOR   | UPSTREAM | 550 5.7.60 Client does not have permissions to send as this
        # the sender is the mailbox
        MAIL          | CONNECTOR  | UPSTREAM | UPSTREAM | 550 5.7.23 Sender Policy Framework violation
        RCPT          | CONNECTOR  | UPSTREAM | UPSTREAM | 550 5.7.23 Sender Policy Framework violation
        RCPT          | SUBMISSION | MAILBOX  | MAILBOX  | 550 5.7.60 Client does not have permissions to send as this
        """)
    void attributesARefusedAuthor(Step step, Origin origin, Scope ofAlias, Scope ofMailbox, String text) {
        Response response = new Response(step, Reply.parse(text).orElseThrow(), origin);
        assertThat(policy.judge(response, true).scope()).isEqualTo(ofAlias);
        assertThat(policy.judge(response, false).scope()).isEqualTo(ofMailbox);
        assertThat(policy.judge(response, true).outcome()).isInstanceOf(Outcome.Deferred.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        END_OF_CONTENT| GRAPH | UPSTREAM    | 3    | 429 ApplicationThrottled: Too many requests.
        CONNECT       | RELAY | UPSTREAM    | 3    | 451 4.3.2 Microsoft Graph asked the relay to wait
        # its own time, and its own cause
        END_OF_CONTENT| GRAPH | MAILBOX     | 3600 | 429 ErrorSubmissionQuotaExceeded: no
        END_OF_CONTENT| GRAPH | CONNECTIONS |      | 429 ApplicationThrottled: over its MailboxConcurrency
        # it may have been sent
        END_OF_CONTENT| GRAPH | MESSAGE     |      | 503 ServiceUnavailable: no
        # the sign-in service, or a proxy in front of it
        AUTH          | SIGN_IN  | UPSTREAM | 3    | 429 temporarily_unavailable: slow down
        AUTH          | SIGN_IN  | UPSTREAM | 3    | 503 temporarily_unavailable: no
        AUTH          | SIGN_IN  | UPSTREAM | 3    | 400 invalid_grant: AADSTS50196: request loop
        AUTH          | NETWORK  | UPSTREAM | 3    | 451 the response is not from the sign-in service: HTTP 503
        """)
    void suspendsTheUpstreamForTheTimeOfRetryAfter(Step step, Origin origin, Scope scope, Long seconds, String text) {
        Response response =
                new Response(step, Reply.parse(text).orElseThrow(), origin).withRetryAfter(Duration.ofSeconds(3));

        Verdict verdict = policy.judge(response, false);

        assertThat(verdict.outcome()).isInstanceOf(Outcome.Deferred.class);
        assertThat(verdict.scope()).isEqualTo(scope);
        assertThat(verdict.probeAfter()).isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
    }

    @Test
    void doesNotCallAServerUnreachableWhoseRepliesAreInvalid() {
        Reply reply = Reply.of(451, "4.5.0", "x sent an unexpected reply after MAIL: 250 ok");
        Verdict verdict = new FailurePolicy(new EmailAddress("relay", "contoso.example"))
                .judge(new Response(Step.MAIL, reply, Origin.NETWORK), false);
        assertThat(verdict.reason()).isEqualTo("invalid-replies");
        assertThat(verdict.cause()).isEqualTo("the replies from the upstream do not follow the protocol");
        assertThat(verdict.advice()).contains("firewall");
    }

    @Test
    void adviceNamesTheMailbox() {
        Reply reply = Reply.of(535, "5.7.3", "Authentication unsuccessful");
        assertThat(policy.judge(new Response(Step.AUTH, reply, Origin.SUBMISSION), false)
                        .advice())
                .contains("relay@contoso.example");
    }
}
