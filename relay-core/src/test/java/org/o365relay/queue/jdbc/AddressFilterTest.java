package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;

/// Addresses are found whichever way their domain is written.
class AddressFilterTest {

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        anna@bücher.example         | anna@bücher.example         | true
        anna@bücher.example         | anna@xn--bcher-kva.example  | true
        anna@bücher.example         | *@XN--BCHER-KVA.example     | true
        anna@xn--bcher-kva.example  | anna@bücher.example         | true
        anna@xn--bcher-kva.example  | ANNA@Bücher.Example         | true
        anna@xn--bcher-kva.example  | anna@xn--bcher-kva.example  | true
        anna@contoso.example        | Anna@Contoso.Example        | true
        anna@contoso.example        | *@*.example                 | true
        anna@bücher.example         | *cher.example               | true
        anna@bücher.example         | bert@xn--bcher-kva.example  | false
        anna@bücher.example         | anna@bucher.example         | false
        a_na@bücher.example         | a*a@xn--bcher-kva.example   | true
        anna@bücher.example         | a_na@xn--bcher-kva.example  | false
        """)
    void findsAnAddressWhicheverWayItsDomainIsWritten(String stored, String wanted, boolean found) {
        QueueId id = fixture.accept("scan", EmailAddress.parse(stored).orElseThrow());
        fixture.execute("UPDATE message SET sender = '" + stored + "'");

        for (List<QueueId> ids : List.of(List.<QueueId>of(), List.of(id))) {
            MessageFilter byRecipient =
                    new MessageFilter(ids, Set.of(), null, null, null, null, wanted, null, null, null, null, null);
            MessageFilter bySender =
                    new MessageFilter(ids, Set.of(), null, null, null, wanted, null, null, null, null, null, null);
            assertThat(fixture.queue().reader().count(byRecipient)).isEqualTo(found ? 1 : 0);
            assertThat(fixture.queue().reader().count(bySender)).isEqualTo(found ? 1 : 0);
        }
    }
}
