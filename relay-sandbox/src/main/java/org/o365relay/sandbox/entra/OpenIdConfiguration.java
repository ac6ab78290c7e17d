package org.o365relay.sandbox.entra;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.o365relay.sandbox.web.WebRequest;

/// Creates the discovery documents for libraries that look up the endpoints.
final class OpenIdConfiguration {

    private OpenIdConfiguration() {}

    /// The provider metadata (OpenID Connect Discovery 1.0 §3).
    static Map<String, ?> of(EntraSettings entra, WebRequest request) {
        String tenant = request.origin() + "/" + entra.tenant();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("token_endpoint", tenant + "/oauth2/v2.0/token");
        members.put("token_endpoint_auth_methods_supported", List.of("client_secret_post", "private_key_jwt"));
        members.put("jwks_uri", tenant + "/discovery/v2.0/keys");
        members.put("response_types_supported", List.of("code"));
        members.put("subject_types_supported", List.of("pairwise"));
        members.put("id_token_signing_alg_values_supported", List.of("RS256"));
        members.put("issuer", tenant + "/v2.0");
        members.put("authorization_endpoint", tenant + "/oauth2/v2.0/authorize");
        members.put("device_authorization_endpoint", tenant + "/oauth2/v2.0/devicecode");
        return members;
    }

    /// The instance discovery document, which names this host as the only alias of the authority.
    static Map<String, ?> instance(WebRequest request) {
        String host = request.host();
        return Map.of(
                "tenant_discovery_endpoint",
                request.origin() + "/common/v2.0/.well-known/openid-configuration",
                "api-version",
                "1.1",
                "metadata",
                List.of(Map.of("preferred_network", host, "preferred_cache", host, "aliases", List.of(host))));
    }
}
