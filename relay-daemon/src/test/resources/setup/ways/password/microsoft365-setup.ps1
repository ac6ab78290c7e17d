#
# Lets o365-relay send mail with Microsoft 365. Written by "o365-relay setup".
#
# Who runs it: an administrator of the tenant, in PowerShell 7 or Windows PowerShell 5.1:
#     powershell -ExecutionPolicy Bypass -File .\microsoft365-setup.ps1
# Exchange Administrator is needed; where there is an app, also Privileged Role Administrator, who may grant consent.
# It looks before it changes anything, so it may be run again at any time. Read it first: every step says what it does,
# and where to click instead.

$ErrorActionPreference = 'Stop'

# ---- What "o365-relay setup" was told ------------------------------------------------------------------------------
$AppName             = 'o365-relay'
$Mailbox             = 'relay@contoso.example'
$SendAs              = @('info@contoso.example')
$SendAsDomains       = @('@contoso.example')
$ExchangeEnvironment = 'O365Default'

# ---- Exchange Online -----------------------------------------------------------------------------------------------

if (-not (Get-Module -ListAvailable -Name ExchangeOnlineManagement)) {
    Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser
}
Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

# ---- SMTP for this mailbox -----------------------------------------------------------------------------------------
# SMTP AUTH has to be on, with OAuth too. This is for the mailbox only; the organization's switch may stay off.
# By hand: https://admin.microsoft.com > Users > Active users > (the mailbox) > Mail > Manage email apps >
# Authenticated SMTP.

if ((Get-CASMailbox -Identity $Mailbox).SmtpClientAuthenticationDisabled -ne $false) {
    Set-CASMailbox -Identity $Mailbox -SmtpClientAuthenticationDisabled $false
    Write-Host 'Switched SMTP AUTH on for the mailbox.'
}

# Without this every mail is kept in Sent Items as well, until the mailbox is full and sends nothing any more.
if ((Get-Mailbox -Identity $Mailbox).MessageCopyForSMTPClientSubmissionEnabled -ne $false) {
    Set-Mailbox -Identity $Mailbox -MessageCopyForSMTPClientSubmissionEnabled $false
}

# The mailbox signs in itself, so it is the one who may send as others.
$Trustees = @($Mailbox)

# ---- Other addresses the relay may send as -------------------------------------------------------------------------
# By hand: https://admin.exchange.microsoft.com > Recipients > (the other mailbox or group) > Delegation > Send as.

foreach ($Address in $SendAs) {
    foreach ($Trustee in $Trustees) {
        $Right = Get-RecipientPermission -Identity $Address -Trustee $Trustee -ErrorAction SilentlyContinue
        if (-not ($Right | Where-Object { $_.AccessRights -contains 'SendAs' })) {
            Add-RecipientPermission -Identity $Address -Trustee $Trustee -AccessRights SendAs -Confirm:$false | Out-Null
            Write-Host "Allowed $Trustee to send as $Address."
        }
    }
}
foreach ($Domain in $SendAsDomains) {
    Write-Warning "Send As cannot be given for $Domain as a whole: add each of its addresses to `$SendAs above."
}

# ---- What it is like now -------------------------------------------------------------------------------------------
Get-CASMailbox -Identity $Mailbox | Format-List SmtpClientAuthenticationDisabled            # must be False
Get-Mailbox -Identity $Mailbox | Format-List MessageCopyForSMTPClientSubmissionEnabled      # should be False
# With security defaults on, or with an authentication policy that does not allow it, a password is not taken.
Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled
Get-User -Identity $Mailbox | Format-List AuthenticationPolicy
foreach ($Address in $SendAs) { Get-RecipientPermission -Identity $Address | Format-Table Identity, Trustee, AccessRights }
Write-Host 'Done. It can take up to an hour until everything counts. Then, on the relay: o365-relay check'
