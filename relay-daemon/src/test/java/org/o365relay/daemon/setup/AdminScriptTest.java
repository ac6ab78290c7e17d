package org.o365relay.daemon.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The script for the administrator is checked without a PowerShell; see [PowerShellReview].
final class AdminScriptTest {

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SMARTHOST")
    void writesAScriptWithoutProblemsForAllAnswers(DeliveryMethod method) {
        List<SetupAnswers> combinations = SampleAnswers.combinations(method);

        assertThat(combinations).hasSizeGreaterThanOrEqualTo(4);
        for (SetupAnswers answers : combinations) {
            String script = new AdminScript(answers).text();
            assertThat(PowerShellReview.problems(script)).as(script).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        if ($true) {                                  | line 1: { is not closed
        if ($true) { Get-Date ) }                     | line 1: ) closes nothing
        Write-Host 'it''s                             | line 1: a string is not closed
        Write-Host "a `" b                            | line 1: a string is not closed
        Write-Host "$(Get-Date"                       | line 1: a string is not closed
        $A = 1; Write-Host ($A ?? 2)                  | line 1: not in the language of Windows PowerShell: ?? 2)
        $A = 1; Write-Host $A?.Name                   | line 1: not in the language of Windows PowerShell: ?.Name
        $A = $true ? 1 : 2; Write-Host $A             | line 1: not in the language of Windows PowerShell: ? 1 : 2; Wri
        Get-Date && Get-Date                          | line 1: not in the language of Windows PowerShell: && Get-Date
        if (1 -equals 1) { Get-Date }                 | line 1: unknown operator -equals
        Get-MgAplication -Filter 'x'                  | line 1: unknown command Get-MgAplication
        Get-MgApplication -Fliter 'x'                 | line 1: unknown parameter -Fliter of Get-MgApplication
        Get-Mailbox -Identity (Get-Date -Filter 'x')  | line 1: unknown parameter -Filter of Get-Date
        Write-Host $A                                 | line 1: $A has no value
        Write-Host "of $($A.Name)"                    | line 1: $A has no value
        $A = 1; Write-Host "$A: 1"                    | line 1: the colon after $A belongs to the name; write ${...}:
        $A = 1                                        | line 1: $A is not used
        function Get-It { Write-Host $A }; Get-It     | line 1: $A has no value
        function Set-It { $A = 1 }; Write-Host $A     | line 1: $A has no value
        Connect-MgGraph; Connect-ExchangeOnline       | line 1: the modules for Entra and for Exchange fail in a common process
        """)
    void reportsWhatAScriptMustNotContain(String script, String problem) {
        assertThat(PowerShellReview.problems(script)).contains(problem);
    }
}
