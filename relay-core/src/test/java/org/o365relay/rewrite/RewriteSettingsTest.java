package org.o365relay.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.Domain;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.RewriteSettings.SendAs;

class RewriteSettingsTest {

    private static final RewriteSettings RULES = new RewriteSettings(
            address("relay@kontoso.example"),
            RewriteSettings.KEEP_DISPLAY_NAME,
            List.of(
                    new SendAs.WholeDomain(new Domain("shared.example")),
                    new SendAs.WholeDomain(new Domain("Straße.example")),
                    new SendAs.Address(address("Sales@bücher.example"))),
            null,
            false,
            false,
            "relay.test");

    /// The domains are as in a header field, before any parsing.
    @ParameterizedTest
    @CsvSource(textBlock = """
        relay   , kontoso.example        , true
        RELAY   , KONTOSO.example        , true
        relay   , \u212Aontoso.example  , false
        anyone  , shared.EXAMPLE         , true
        anyone  , \u017Fhared.example   , false
        anyone  , sub.shared.example     , false
        anyone  , STRAßE.example         , true
        anyone  , xn--strae-oqa.example  , true
        anyone  , strasse.example        , false
        sales   , xn--bcher-kva.example  , true
        sales   , BÜCHER.example         , true
        \u017Fales , bücher.example     , false
        other   , bücher.example         , false
        """)
    void sendsOnlyAsTheListedAddressesAndDomains(String localPart, String domain, boolean allowed) {
        assertThat(RULES.maySendAs(new EmailAddress(localPart, domain))).isEqualTo(allowed);
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
