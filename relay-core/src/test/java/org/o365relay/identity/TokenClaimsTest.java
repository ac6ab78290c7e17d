package org.o365relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.Secret;

class TokenClaimsTest {

    @Test
    void readsTheRolesOfAnApp() {
        TokenClaims contents = of(
                FakeEntra.jwt(
                        "\"aud\":\"https://outlook.office365.com\",\"tid\":\"t-1\",\"appid\":\"a-1\","
                                + "\"oid\":\"o-1\",\"roles\":[\"SMTP.SendAsApp\",\"Mail.Send\"],\"exp\":1795262400,\"nested\":{\"a\":[1]}"));
        assertThat(contents.summary())
                .isEqualTo("for https://outlook.office365.com, tenant t-1, app a-1, object o-1, roles SMTP.SendAsApp"
                        + " Mail.Send, valid until 2026-11-21T12:00:00Z");
        assertThat(contents.expiresAt()).isEqualTo(Instant.parse("2026-11-21T12:00:00Z"));
    }

    @Test
    void readsTheScopesOfAUser() {
        TokenClaims contents = of(FakeEntra.jwt(
                "\"aud\":\"https://outlook.office.com\",\"azp\":\"a-1\",\"preferred_username\":\"relay@contoso.example\","
                        + "\"scp\":\"SMTP.Send User.Read\""));
        assertThat(contents.appId()).isEqualTo("a-1");
        assertThat(contents.user()).isEqualTo("relay@contoso.example");
        assertThat(contents.scopes()).containsExactly("SMTP.Send", "User.Read");
    }

    @Test
    void reportsATokenWithoutPermissions() {
        assertThat(of(FakeEntra.jwt("\"aud\":\"https://graph.microsoft.com\"")).summary())
                .isEqualTo("for https://graph.microsoft.com, no roles or scopes");
    }

    @Test
    void removesControlCharacters() {
        assertThat(of(FakeEntra.jwt("\"aud\":\"a\\u001b[2Jb\\u202ec\"")).audience())
                .isEqualTo("a[2Jbc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "opaque", "a.b.c", "eyJ.!!.x", "..", "e30.bnVsbA.x", "e30.W10.x"})
    void ignoresATokenThatIsNotAJwt(String text) {
        assertThat(TokenClaims.of(new AccessToken(new Secret(text), Instant.EPOCH)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "aud":"https://outlook.office365.com","roles":["SMTP.SendAsApp"]               |
        "aud":"https://outlook.office365.com","roles":["Mail.Send"]                    | the token lacks the permission SMTP.SendAsApp
        "aud":"https://outlook.office365.us"                                           | the token lacks the permission SMTP.SendAsApp
        "aud":"https://outlook.office.com","scp":"SMTP.Send","upn":"a@x.example"       |
        "aud":"https://outlook.office.com","scp":"IMAP.AccessAsUser.All"               | the token lacks the permission SMTP.Send
        "aud":"https://graph.microsoft.com","roles":["SMTP.SendAsApp"]                 | the token is for https://graph.microsoft.com instead of Exchange Online
        "aud":"00000003-0000-0000-c000-000000000000"                                   | the token is for 00000003-0000-0000-c000-000000000000 instead of Exchange Online
        "aud":"https://vault.azure.net"                                                | the token is for https://vault.azure.net instead of Exchange Online
        "aud":"00000002-0000-0ff1-ce00-000000000000","roles":["SMTP.SendAsApp"]        |
        "aud":"https://partner.outlook.cn"                                             | the token lacks the permission SMTP.SendAsApp
        "roles":["IMAP.AccessAsApp"]                                                   | the token lacks the permission SMTP.SendAsApp
        """)
    void explainsWhatATokenLacksForSmtp(String claims, String lack) {
        AccessToken token = new AccessToken(new Secret(FakeEntra.jwt(claims)), Instant.EPOCH);
        assertThat(TokenClaims.lackForSmtp(token)).isEqualTo(Optional.ofNullable(lack));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "aud":"https://graph.microsoft.com","roles":["Mail.ReadWrite","Mail.Send"]     |
        "aud":"00000003-0000-0000-c000-000000000000","roles":["Mail.Send"]             |
        "aud":"https://microsoftgraph.chinacloudapi.cn","roles":["Mail.Send"]          |
        "aud":"https://graph.microsoft.us","roles":["Mail.Read","Mail.SendX"]          | the token lacks the permission Mail.Send
        "aud":"https://graph.microsoft.com"                                            | the token lacks the permission Mail.Send
        "aud":"https://graph.microsoft.com","scp":"Mail.Send","upn":"a@x.example"      |
        "aud":"https://graph.microsoft.com","scp":"User.Read","roles":["Mail.Send"]    | the token lacks the permission Mail.Send
        "aud":"https://outlook.office365.com","roles":["Mail.Send"]                    | the token is for https://outlook.office365.com instead of Microsoft Graph
        """)
    void explainsWhatATokenLacksForGraph(String claims, String lack) {
        AccessToken token = new AccessToken(new Secret(FakeEntra.jwt(claims)), Instant.EPOCH);
        assertThat(TokenClaims.lackForGraph(token)).isEqualTo(Optional.ofNullable(lack));
    }

    @Test
    void explainsNothingAboutAnOpaqueToken() {
        assertThat(TokenClaims.lackForSmtp(new AccessToken(new Secret("opaque"), Instant.EPOCH)))
                .isEmpty();
    }

    private static TokenClaims of(String jwt) {
        return TokenClaims.of(new AccessToken(new Secret(jwt), Instant.EPOCH)).orElseThrow();
    }
}
