package org.o365relay.daemon.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.EmailAddress;

final class ExpiryAndQuotaChecksTest {

    @ParameterizedTest
    @CsvSource({
        "relay@contoso.onmicrosoft.com, true",
        "relay@Contoso.OnMicrosoft.com, true",
        "relay@contoso.mail.onmicrosoft.com, true",
        "relay@contoso.com, false",
        "relay@onmicrosoft.com.example, false",
        "relay@notonmicrosoft.com, false"
    })
    void warnsOfTheQuotaOfTheInitialDomain(String mailbox, boolean warns) {
        List<CheckStep> steps = ExpiryAndQuotaChecks.initialDomain(
                        EmailAddress.parse(mailbox).orElseThrow())
                .stream()
                .toList();

        assertThat(steps).hasSize(warns ? 1 : 0).allSatisfy(step -> {
            assertThat(step.result()).isEqualTo(CheckStep.Result.WARNING);
            assertThat(step.detail()).contains("100 external recipients");
        });
    }
}
