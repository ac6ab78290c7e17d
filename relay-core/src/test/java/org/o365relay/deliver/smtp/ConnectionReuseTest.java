package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Answer;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;

class ConnectionReuseTest extends SubmissionTest {

    @Test
    void sendsTheNextMessageOverTheSameConnection() {
        SmtpUpstream upstream = upstream();
        for (int i = 0; i < 5; i++) {
            assertThat(only(upstream.attempt(message(TEXT, "a@x.example")))
                            .reply()
                            .code())
                    .isEqualTo(250);
        }
        assertThat(server.handshakes).hasValue(1);
        assertThat(server.commands).doesNotContain("NOOP", "RSET");
    }

    @Test
    void replacesAConnectionThatTheServerHasClosed() throws IOException {
        SmtpUpstream upstream = upstream();
        upstream.attempt(message(TEXT, "a@x.example"));
        server.closeConnections();
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"421 4.4.1 Connection timed out", "451 4.7.0 Timeout waiting for client input"})
    void replacesAConnectionThatTheServerIsAboutToClose(String goodbye) {
        SmtpUpstream upstream = upstream();
        server.at("MAIL", "250 OK").at("MAIL", new Answer.SayAndClose(goodbye));
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).reply().code())
                .isEqualTo(250);
        assertThat(server.connections).hasValue(2);
    }

    @Test
    void doesNotReplaceAConnectionThatAcceptedPartOfTheMessage() {
        SmtpUpstream upstream = upstream();
        server.at("RCPT", "250 OK").at("RCPT", new Answer.Drop());
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(only(upstream.attempt(message(TEXT, "a@x.example"))).step()).isEqualTo(Step.RCPT);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void sendsQuitOnAnIdleConnection() throws InterruptedException {
        CountDownLatch quit = server.latchOn("QUIT");
        SmtpUpstream upstream = impatient();
        upstream.attempt(message(TEXT, "a@x.example"));
        assertThat(quit.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void sendsQuitWhenClosed() throws InterruptedException {
        CountDownLatch quit = server.latchOn("QUIT");
        SmtpUpstream upstream = upstream();
        upstream.attempt(message(TEXT, "a@x.example"));
        upstream.close();
        assertThat(quit.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void sends2000MessagesFromTwentyThreadsOverTwentyConnections() throws Exception {
        SmtpUpstream upstream = upstream();
        Semaphore slots = new Semaphore(20);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Response>> attempts = IntStream.range(0, 2000)
                    .mapToObj(_ -> threads.submit(() -> {
                        slots.acquire();
                        try {
                            return only(upstream.attempt(message(TEXT, "a@x.example")));
                        } finally {
                            slots.release();
                        }
                    }))
                    .toList();
            for (Future<Response> attempt : attempts) {
                assertThat(attempt.get().reply().code()).isEqualTo(250);
            }
        }
        assertThat(server.contents).hasSize(2000);
        assertThat(server.handshakes.get()).isBetween(1, 20);
    }
}
