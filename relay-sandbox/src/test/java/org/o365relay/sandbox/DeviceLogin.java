package org.o365relay.sandbox;

import java.net.http.HttpResponse;
import java.util.Map;
import org.o365relay.sandbox.entra.EntraSettings;

/// The device code flow, approved by the sandbox.
final class DeviceLogin {

    private DeviceLogin() {}

    /// @return a token for SMTP
    static String token(WebClient web) throws Exception {
        HttpResponse<String> code = web.form(
                "/" + EntraSettings.TENANT + "/oauth2/v2.0/devicecode",
                Map.of("client_id", WebClient.APP, "scope", "https://outlook.office.com/SMTP.Send offline_access"));
        HttpResponse<String> tokens = web.form(
                WebClient.TOKEN,
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_id",
                        WebClient.APP,
                        "device_code",
                        WebClient.text(code, "device_code")));
        return WebClient.text(tokens, "access_token");
    }
}
