package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.sandbox.WebClient.APP;
import static org.o365relay.sandbox.WebClient.EXCHANGE;
import static org.o365relay.sandbox.WebClient.SECRET;
import static org.o365relay.sandbox.WebClient.TOKEN;
import static org.o365relay.sandbox.WebClient.members;
import static org.o365relay.sandbox.WebClient.text;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.entra.EntraSettings;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.smtp.Xoauth2Response;
import org.o365relay.sandbox.web.JsonValues;

final class TokenTest {

    @RegisterExtension
    static final SandboxFixture SANDBOX = SandboxFixture.whole();

    private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
    private static final String USER_SCOPE = "https://outlook.office.com/SMTP.Send offline_access";

    @Test
    void issuesATokenForASecretAndCountsTheRequest() throws Exception {
        int before = SANDBOX.sandbox().callCounts().of("client_credentials");
        HttpResponse<String> answer = SANDBOX.web().withSecret(SECRET, EXCHANGE);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(members(answer)).containsEntry("token_type", "Bearer").containsEntry("expires_in", 3_599);
        String token = text(answer, "access_token");
        assertThat(token.length()).isBetween(1_500, 3_000);
        assertThat(claims(token))
                .containsEntry("aud", "https://outlook.office365.com")
                .containsEntry("tid", EntraSettings.TENANT)
                .containsEntry("appid", APP)
                .containsEntry("roles", List.of("Mail.ReadWrite", "Mail.Send", "SMTP.SendAsApp"));
        assertThat(SANDBOX.sandbox().callCounts().of("client_credentials")).isEqualTo(before + 1);
    }

    private static Map<String, @Nullable Object> claims(String token) {
        return JsonValues.object(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]))
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        contoso.example | app   | right | https://outlook.office365.com/.default   | 200 null
        nobody.example  | app   | right | https://outlook.office365.com/.default   | 400 invalid_request 90002
        contoso.example | other | right | https://outlook.office365.com/.default   | 400 unauthorized_client 700016
        contoso.example | app   | wrong | https://outlook.office365.com/.default   | 401 invalid_client 7000215
        contoso.example | app   | none  | https://outlook.office365.com/.default   | 401 invalid_client 7000218
        contoso.example | app   | right | https://outlook.office365.com/SMTP.Send  | 400 invalid_scope 1002012
        contoso.example | app   | right | https://nowhere.example/.default         | 400 invalid_resource 500011
        contoso.example | app   | right | ''                                       | 400 invalid_scope 70011
        """)
    void refusesRequestsWithMicrosoftsErrors(String tenant, String app, String secret, String scope, String said)
            throws Exception {
        Map<String, String> form = new java.util.HashMap<>(Map.of(
                "grant_type", "client_credentials", "client_id", app.equals("app") ? APP : "another", "scope", scope));
        if (!secret.equals("none")) {
            form.put("client_secret", secret.equals("right") ? SECRET : "wrong");
        }
        HttpResponse<String> answer = SANDBOX.web().form("/" + tenant + "/oauth2/v2.0/token", form);
        assertThat(answer.statusCode() + " " + members(answer).get("error") + codes(answer))
                .isEqualTo(said);
    }

    private static String codes(HttpResponse<String> answer) {
        return JsonValues.asList(members(answer).get("error_codes")).stream()
                .findFirst()
                .map(code -> " " + code)
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource({"SECRET_EXPIRED, 7000222", "DISABLED, 7000112"})
    void refusesAnExpiredOrDisabledApp(AppRegistration.State state, String number) throws Exception {
        SANDBOX.change(settings -> settings.entra(
                entra -> entra.with(AppRegistration.withSecret(APP, SECRET).in(state))));
        assertThat(codes(SANDBOX.web().withSecret(SECRET, EXCHANGE))).isEqualTo(" " + number);
    }

    @Test
    void formatsErrorsLikeMicrosoft() throws Exception {
        SANDBOX.sandbox().faults().add(Fault.parse("token:AADSTS50034*1"));
        HttpResponse<String> answer = SANDBOX.web().withSecret(SECRET, EXCHANGE);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(text(answer, "error_description"))
                .matches("AADSTS50034: The user account does not exist in the directory\\. Trace ID: [0-9a-f-]{36}"
                        + " Correlation ID: [0-9a-f-]{36} Timestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ");
        assertThat(members(answer)).containsKeys("error", "error_codes", "trace_id", "correlation_id", "error_uri");
    }

    /// Every number of exchange-online.md §5.
    @ParameterizedTest
    @CsvSource({
        "7000215, 401 invalid_client",
        "7000222, 401 invalid_client",
        "7000218, 401 invalid_client",
        "7000112, 400 unauthorized_client",
        "700016, 400 unauthorized_client",
        "90002, 400 invalid_request",
        "900023, 400 invalid_request",
        "50012, 401 invalid_client",
        "700027, 401 invalid_client",
        "500011, 400 invalid_resource",
        "70011, 400 invalid_scope",
        "1002012, 400 invalid_scope",
        "65001, 400 invalid_grant",
        "50126, 400 invalid_grant",
        "50055, 400 invalid_grant",
        "50057, 400 invalid_grant",
        "50053, 400 invalid_grant",
        "50074, 400 interaction_required",
        "50076, 400 interaction_required",
        "50079, 400 interaction_required",
        "53003, 400 invalid_grant",
        "530032, 400 invalid_grant",
        "50173, 400 invalid_grant",
        "700082, 400 invalid_grant",
        "50196, 400 invalid_grant",
        "90055, 429 temporarily_unavailable",
        "50033, 503 temporarily_unavailable",
        "90006, 503 temporarily_unavailable",
        "90024, 503 temporarily_unavailable",
        "90033, 503 temporarily_unavailable",
        "12345, 400 invalid_grant"
    })
    void injectsEveryErrorByItsNumber(int number, String said) throws Exception {
        SANDBOX.sandbox().faults().add(Fault.parse("token/client_credentials:AADSTS" + number + "*1"));
        HttpResponse<String> answer = SANDBOX.web().withSecret(SECRET, EXCHANGE);
        assertThat(answer.statusCode() + " " + text(answer, "error")).isEqualTo(said);
        assertThat(codes(answer)).isEqualTo(" " + number);
    }

    @Test
    void injectsThrottlingAnErrorAndADrop() throws Exception {
        List.of("token:429 retry-after 7*1", "token:503*1", "token:drop*1")
                .forEach(fault -> SANDBOX.sandbox().faults().add(Fault.parse(fault)));
        WebClient web = SANDBOX.web();
        HttpResponse<String> throttled = web.withSecret(SECRET, EXCHANGE);
        assertThat(throttled.statusCode()).isEqualTo(429);
        assertThat(throttled.headers().firstValue("Retry-After")).contains("7");
        assertThat(text(web.withSecret(SECRET, EXCHANGE), "error")).isEqualTo("temporarily_unavailable");
        SANDBOX.sandbox().faults().add(Fault.parse("token:drop")); // the client itself tries a second time
        assertThatThrownBy(() -> web.withSecret(SECRET, EXCHANGE)).isInstanceOf(IOException.class);
    }

    @Test
    void letsAUserApproveADeviceAndRotatesRefreshTokens() throws Exception {
        WebClient web = SANDBOX.web();
        HttpResponse<String> code = deviceCode(web);
        assertThat(redeemed(web, code)).extracting("error").isEqualTo("authorization_pending");

        assertThat(SANDBOX.sandbox().tokenService().approve(text(code, "user_code"), SandboxFixture.USER))
                .isTrue();
        Map<String, ?> tokens = redeemed(web, code);
        assertThat(claims(String.valueOf(tokens.get("access_token"))))
                .containsEntry("scp", "SMTP.Send")
                .containsEntry("upn", SandboxFixture.USER);
        assertThat(redeemed(web, code)).extracting("error").isEqualTo("bad_verification_code");

        Map<String, ?> next = refreshed(web, tokens);
        assertThat(next.get("refresh_token")).isNotNull().isNotEqualTo(tokens.get("refresh_token"));
        assertThat(refreshed(web, tokens)).extracting("error").isEqualTo("invalid_grant");
        assertThat(refreshed(web, tokens).get("error_codes")).isEqualTo(List.of(50_173));
        assertThat(refreshed(web, next)).containsKey("access_token");
    }

    private static HttpResponse<String> deviceCode(WebClient web) throws Exception {
        return web.form(
                "/" + EntraSettings.TENANT + "/oauth2/v2.0/devicecode", Map.of("client_id", APP, "scope", USER_SCOPE));
    }

    private static Map<String, ?> redeemed(WebClient web, HttpResponse<String> code) throws Exception {
        return members(web.form(
                TOKEN, Map.of("grant_type", DEVICE_CODE, "client_id", APP, "device_code", text(code, "device_code"))));
    }

    private static Map<String, ?> refreshed(WebClient web, Map<String, ?> tokens) throws Exception {
        return members(web.form(
                TOKEN,
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "client_id",
                        APP,
                        "refresh_token",
                        String.valueOf(tokens.get("refresh_token")))));
    }

    @Test
    void letsAUserApproveOrDeclineOnThePage() throws Exception {
        WebClient web = SANDBOX.web();
        HttpResponse<String> code = deviceCode(web);
        String page = text(code, "verification_uri");
        assertThat(web.get(page).body()).contains("Enter code").contains(text(code, "user_code"));
        web.form(page, Map.of("code", text(code, "user_code"), "user", SandboxFixture.USER, "decision", "decline"));
        assertThat(redeemed(web, code)).extracting("error").isEqualTo("authorization_declined");

        HttpResponse<String> second = deviceCode(web);
        web.form(page, Map.of("code", text(second, "user_code"), "user", SandboxFixture.USER, "decision", "approve"));
        assertThat(redeemed(web, second)).containsKey("access_token");
    }

    @Test
    void expiresDeviceCodesAndRevokesTokens() throws Exception {
        WebClient web = SANDBOX.web();
        SANDBOX.change(settings -> settings.withTimeScale(1_000_000)); // 15 minutes are less than a millisecond
        assertThat(redeemed(web, deviceCode(web))).extracting("error").isEqualTo("expired_token");
        SANDBOX.change(
                settings -> settings.withTimeScale(1).entra(entra -> entra.withAutoApproveUser(SandboxFixture.USER)));
        Map<String, ?> tokens = redeemed(web, deviceCode(web));
        SANDBOX.sandbox().tokenService().revokeTokens();
        assertThat(refreshed(web, tokens).get("error_codes")).isEqualTo(List.of(50_173));
    }

    @Test
    void servesManagedIdentityTokens() throws Exception {
        String path = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com/";
        WebClient web = SANDBOX.web();
        assertThat(web.get(path, "Metadata", "true").statusCode()).isEqualTo(400);
        SANDBOX.change(settings -> settings.entra(entra -> entra.withManagedIdentity(APP)));
        assertThat(web.get(path).statusCode()).isEqualTo(400);
        HttpResponse<String> answer = web.get(path, "Metadata", "true");
        assertThat(members(answer)).containsEntry("expires_in", "3599").containsEntry("client_id", APP);
        assertThat(claims(text(answer, "access_token"))).containsEntry("aud", "https://graph.microsoft.com");
        assertThat(SANDBOX.sandbox().callCounts().of("managed_identity")).isEqualTo(3);
    }

    @Test
    void servesDiscoveryDocuments() throws Exception {
        WebClient web = SANDBOX.web();
        assertThat(text(web.get("/contoso.example/v2.0/.well-known/openid-configuration"), "token_endpoint"))
                .isEqualTo(SANDBOX.sandbox().origin() + TOKEN);
        assertThat(text(web.get("/common/discovery/instance?api-version=1.1"), "tenant_discovery_endpoint"))
                .endsWith("/common/v2.0/.well-known/openid-configuration");
    }

    @Test
    void hidesSecretsAndTokens() throws Exception {
        String token = SANDBOX.web().token(EXCHANGE);
        assertThat(AppRegistration.withSecret(APP, SECRET).toString()).doesNotContain(SECRET);
        assertThat(SANDBOX.sandbox().tokenService().token(token).orElseThrow().toString())
                .doesNotContain(token);
        assertThat(Xoauth2Response.parse("user=a@b.example\u0001auth=Bearer abc\u0001\u0001")
                        .orElseThrow()
                        .toString())
                .doesNotContain("abc");
    }

    @Test
    void removesExpiredTokens() throws Exception {
        SANDBOX.change(settings -> settings.entra(entra -> entra.withAccessTokenLifetime(Duration.ofNanos(1))));
        String token = SANDBOX.web().token(EXCHANGE);
        assertThat(SANDBOX.sandbox().tokenService().token(token)).isEmpty();
    }
}
