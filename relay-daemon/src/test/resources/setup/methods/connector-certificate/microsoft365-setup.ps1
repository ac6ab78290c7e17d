#
# Allows o365-relay to send mail with Microsoft 365. Written by "o365-relay setup".
#
# Run it as an administrator of the tenant, in PowerShell 7 or Windows PowerShell 5.1:
#     powershell -ExecutionPolicy Bypass -File .\microsoft365-setup.ps1
# It needs the role Exchange Administrator; with an app also Privileged Role Administrator, to grant consent. Every step
# checks the current state before it changes anything, so the script can be run again at any time. Review it first: each
# step explains what it does and how to do the same in the admin centers.

$ErrorActionPreference = 'Stop'

# ---- The settings from "o365-relay setup" --------------------------------------------------------------------------
$AppName             = 'o365-relay'
$CertificateName     = '*.contoso.example'
$ExchangeEnvironment = 'O365Default'

# ---- Exchange Online -----------------------------------------------------------------------------------------------

if (-not (Get-Module -ListAvailable -Name ExchangeOnlineManagement)) {
    Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser
}
Connect-ExchangeOnline -ExchangeEnvironmentName $ExchangeEnvironment -ShowBanner:$false

# ---- The inbound connector: identifies the relay by its TLS certificate --------------------------------------------
# By hand: https://admin.exchange.microsoft.com > Mail flow > Connectors > Add a connector: from "Your organization's
# email server", to Office 365, identified by the subject name of its certificate.
# The name must be an accepted domain of the organization, or a host name in one.

$Identification = @{ TlsSenderCertificateName = $CertificateName; RequireTls = $true }
if (Get-InboundConnector -Identity $AppName -ErrorAction SilentlyContinue) {
    Set-InboundConnector -Identity $AppName -Enabled $true @Identification
} else {
    New-InboundConnector -Name $AppName -ConnectorType OnPremises -SenderDomains '*' -Enabled $true @Identification | Out-Null
    Write-Host "Created the connector $AppName."
}

# ---- The resulting settings ----------------------------------------------------------------------------------------

Get-InboundConnector -Identity $AppName |
    Format-List Name, Enabled, ConnectorType, SenderIPAddresses, TlsSenderCertificateName, RequireTls
Write-Host 'Done. The changes can take up to an hour to take effect. Then run on the relay: o365-relay check'
