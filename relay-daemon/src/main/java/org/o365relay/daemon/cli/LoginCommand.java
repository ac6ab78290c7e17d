package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.cli.types.AddressConverter;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.identity.Credential;
import org.o365relay.identity.LoginPrompt;
import org.o365relay.identity.SignInService;
import org.o365relay.identity.TokenException;
import org.o365relay.mail.EmailAddress;
import org.o365relay.net.HttpSettings;
import org.o365relay.time.SteadyClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay login`: signs in a user with a device code and stores the refresh token for the relay.
@Command(
        name = "login",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Sign in to a mailbox with a device code.",
            "For mailboxes with credential.type = device-code: shows a code and a web page, waits until you have"
                    + " entered the code there, and stores the login, encrypted, in credential.token-file.",
            "Run this command as the relay's user. A running relay picks up the new login."
        })
public final class LoginCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(
            names = "--mailbox",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = "Mailbox to sign in for; required if several use a device code.")
    private @Nullable EmailAddress mailbox;

    private record Login(MailboxSettings mailbox, Credential.DeviceCode credential, String scope) {}

    @Override
    public Integer call() throws CommandFailed {
        var settings = config.read().settings();
        List<Login> logins = settings.mailboxes().stream()
                .filter(candidate ->
                        mailbox == null || candidate.address().key().equals(mailbox.key()))
                .flatMap(candidate ->
                        candidate.upstreams().stream().flatMap(upstream -> login(candidate, upstream).stream()))
                .toList();
        List<Credential.DeviceCode> distinct =
                logins.stream().map(Login::credential).distinct().toList();
        if (distinct.isEmpty()) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    (mailbox == null
                                    ? "no mailbox in " + config.file() + " signs in with a device code"
                                    : "mailbox " + mailbox + " is not configured in " + config.file()
                                            + " or does not sign in with a device code")
                            + "; set credential.type = device-code");
        }
        if (distinct.size() > 1) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "several mailboxes sign in with a device code; choose one with --mailbox: "
                            + String.join(
                                    ", ",
                                    logins.stream()
                                            .map(login ->
                                                    login.mailbox().address().toString())
                                            .distinct()
                                            .toList()));
        }
        signIn(logins.getFirst(), settings.http());
        return ExitCode.OK;
    }

    private static List<Login> login(MailboxSettings mailbox, UpstreamSettings upstream) {
        return switch (upstream) {
            case UpstreamSettings.Smtp(var _, Credential.DeviceCode code, String scope) ->
                List.of(new Login(mailbox, code, scope));
            case UpstreamSettings.Graph(var _, Credential.DeviceCode code, String scope) ->
                List.of(new Login(mailbox, code, scope));
            case UpstreamSettings.Smtp _, UpstreamSettings.Graph _ -> List.of();
        };
    }

    private void signIn(Login login, HttpSettings http) throws CommandFailed {
        PrintWriter out = spec.commandLine().getOut();
        try (SignInService service = new SignInService(http, SteadyClock.system())) {
            String user = service.login(login.credential(), login.scope(), prompt -> show(prompt, login, out));
            out.println("✔ Signed in as " + user + ". The login is stored in "
                    + login.credential().file() + ".");
            out.flush();
        } catch (TokenException e) {
            throw new CommandFailed(ExitCode.UNAVAILABLE, explanation(login, e));
        }
    }

    private static void show(LoginPrompt prompt, Login login, PrintWriter out) {
        out.println("Open " + prompt.page() + " in a browser on any computer and enter the code");
        out.println();
        out.println("    " + prompt.code());
        out.println();
        out.println("Sign in as " + login.credential().username() + ". The code is valid for "
                + prompt.validFor().toMinutes() + " minutes. Waiting …");
        out.flush();
    }

    private static String explanation(Login login, TokenException failure) {
        Response.Origin origin = switch (failure.origin()) {
            case SERVICE -> Response.Origin.SIGN_IN;
            case NETWORK -> Response.Origin.NETWORK;
            case TLS -> Response.Origin.TLS;
        };
        Response response = new Response(Response.Step.AUTH, failure.reply(), origin);
        Verdict verdict = new FailurePolicy(login.mailbox().address()).judge(response, false);
        return failure.reply() + "\n  cause   " + verdict.cause()
                + (verdict.advice().isEmpty() ? "" : "\n  advice  " + verdict.advice());
    }
}
