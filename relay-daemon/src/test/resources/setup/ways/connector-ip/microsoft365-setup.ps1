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
$PublicAddresses     = @('203.0.113.10', '203.0.113.11')
$ExchangeEnvironment = 'O365Default'

# ---- Exchange Online -----------------------------------------------------------------------------------------------

if (-not (Get-Module -ListAvailable -Name ExchangeOnlineManagement)) {
    Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser
}
Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

# ---- The connector: mail from these public addresses is the organization's own -------------------------------------
# By hand: https://admin.exchange.microsoft.com > Mail flow > Connectors > Add a connector: from "Your organization's
# email server", to Office 365, identified by IP address.
# The addresses must be static, and the relay's alone: whoever sends from them may send as the organization.

$Terms = @{ SenderIPAddresses = $PublicAddresses; RequireTls = $false }
if (Get-InboundConnector -Identity $AppName -ErrorAction SilentlyContinue) {
    Set-InboundConnector -Identity $AppName -Enabled $true @Terms
} else {
    New-InboundConnector -Name $AppName -ConnectorType OnPremises -SenderDomains '*' -Enabled $true @Terms | Out-Null
    Write-Host "Made the connector $AppName."
}

# ---- What it is like now -------------------------------------------------------------------------------------------

Get-InboundConnector -Identity $AppName |
    Format-List Name, Enabled, ConnectorType, SenderIPAddresses, TlsSenderCertificateName, RequireTls
Write-Host 'Done. It can take up to an hour until everything counts. Then, on the relay: o365-relay check'
