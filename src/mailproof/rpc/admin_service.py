"""zitadel.admin.v1.AdminService: both families of calls on the one set of providers."""
# ruff: noqa: N802 - RPC names are the contract's

from __future__ import annotations

from mailproof.domain.secret import Secret
from mailproof.rpc import admin_messages as messages
from mailproof.rpc.context import Context
from mailproof.rpc.settings_messages import http_settings
from mailproof.usecases.diagnoses import Diagnoses
from mailproof.usecases.providers import Providers
from zitadel.admin.v1 import admin_pb2 as pb


class AdminService:
    """zitadel.admin.v1.AdminService."""

    def __init__(self, providers: Providers, diagnoses: Diagnoses) -> None:
        self._providers = providers
        self._diagnoses = diagnoses

    async def AddSMTPConfig(self, request: pb.AddSMTPConfigRequest, context: Context) -> pb.AddSMTPConfigResponse:
        """Store a configuration."""
        event = await self._providers.add_smtp(
            context.caller, messages.smtp_input(request), key=context.idempotency_key
        )
        return pb.AddSMTPConfigResponse(details=messages.made(event.details), id=event.change.provider_id)

    async def GetSMTPConfig(self, request: pb.GetSMTPConfigRequest, context: Context) -> pb.GetSMTPConfigResponse:
        """Return the active configuration."""
        provider = await self._providers.get_active(context.caller)
        return pb.GetSMTPConfigResponse(smtp_config=messages.smtp_config(provider))

    async def GetSMTPConfigById(
        self, request: pb.GetSMTPConfigByIdRequest, context: Context
    ) -> pb.GetSMTPConfigByIdResponse:
        """Return a configuration."""
        provider = await self._providers.get(context.caller, request.id)
        return pb.GetSMTPConfigByIdResponse(smtp_config=messages.smtp_config(provider))

    async def ListSMTPConfigs(self, request: pb.ListSMTPConfigsRequest, context: Context) -> pb.ListSMTPConfigsResponse:
        """List configurations."""
        found = await self._providers.list(context.caller, messages.page(request.query))
        result = [messages.smtp_config(each) for each in found.providers]
        return pb.ListSMTPConfigsResponse(details=messages.list_details(found), result=result)

    async def UpdateSMTPConfig(
        self, request: pb.UpdateSMTPConfigRequest, context: Context
    ) -> pb.UpdateSMTPConfigResponse:
        """Replace a configuration's settings."""
        new = messages.smtp_update(request, context)
        details = await self._providers.update_smtp(context.caller, request.id, new, expected=context.expected)
        return pb.UpdateSMTPConfigResponse(details=messages.changed(details))

    async def UpdateSMTPConfigPassword(
        self, request: pb.UpdateSMTPConfigPasswordRequest, context: Context
    ) -> pb.UpdateSMTPConfigPasswordResponse:
        """Replace a configuration's password."""
        details = await self._providers.update_password(
            context.caller, request.id, Secret(request.password), expected=context.expected
        )
        return pb.UpdateSMTPConfigPasswordResponse(details=messages.changed(details))

    async def ActivateSMTPConfig(
        self, request: pb.ActivateSMTPConfigRequest, context: Context
    ) -> pb.ActivateSMTPConfigResponse:
        """Make a configuration the active one."""
        details = await self._providers.activate(context.caller, request.id, expected=context.expected)
        return pb.ActivateSMTPConfigResponse(details=messages.made(details))

    async def DeactivateSMTPConfig(
        self, request: pb.DeactivateSMTPConfigRequest, context: Context
    ) -> pb.DeactivateSMTPConfigResponse:
        """Make a configuration inactive."""
        details = await self._providers.deactivate(context.caller, request.id, expected=context.expected)
        return pb.DeactivateSMTPConfigResponse(details=messages.made(details))

    async def RemoveSMTPConfig(
        self, request: pb.RemoveSMTPConfigRequest, context: Context
    ) -> pb.RemoveSMTPConfigResponse:
        """Remove a configuration."""
        details = await self._providers.remove(context.caller, request.id, expected=context.expected)
        return pb.RemoveSMTPConfigResponse(details=messages.changed(details))

    async def TestSMTPConfig(self, request: pb.TestSMTPConfigRequest, context: Context) -> pb.TestSMTPConfigResponse:
        """Test the settings of the request."""
        await self._diagnoses.test_settings(
            context.caller,
            messages.smtp_input(request),
            receiver=request.receiver_address.strip(),
            config_id=request.id,
            remaining=context.remaining,
        )
        return pb.TestSMTPConfigResponse()

    async def TestSMTPConfigById(
        self, request: pb.TestSMTPConfigByIdRequest, context: Context
    ) -> pb.TestSMTPConfigByIdResponse:
        """Test a stored configuration."""
        await self._diagnoses.test_stored(
            context.caller, request.id, receiver=request.receiver_address.strip(), remaining=context.remaining
        )
        return pb.TestSMTPConfigByIdResponse()

    async def AddEmailProviderSMTP(
        self, request: pb.AddEmailProviderSMTPRequest, context: Context
    ) -> pb.AddEmailProviderSMTPResponse:
        """Store an SMTP provider."""
        event = await self._providers.add_smtp(
            context.caller, messages.smtp_input(request), key=context.idempotency_key
        )
        return pb.AddEmailProviderSMTPResponse(details=messages.made(event.details), id=event.change.provider_id)

    async def GetEmailProvider(
        self, request: pb.GetEmailProviderRequest, context: Context
    ) -> pb.GetEmailProviderResponse:
        """Return the active provider."""
        provider = await self._providers.get_active(context.caller)
        return pb.GetEmailProviderResponse(config=messages.email_provider(provider, self._reveal(context)))

    async def GetEmailProviderById(
        self, request: pb.GetEmailProviderByIdRequest, context: Context
    ) -> pb.GetEmailProviderByIdResponse:
        """Return a provider."""
        provider = await self._providers.get(context.caller, request.id)
        return pb.GetEmailProviderByIdResponse(config=messages.email_provider(provider, self._reveal(context)))

    async def ListEmailProviders(
        self, request: pb.ListEmailProvidersRequest, context: Context
    ) -> pb.ListEmailProvidersResponse:
        """List providers."""
        found = await self._providers.list(context.caller, messages.page(request.query))
        reveal = self._reveal(context)
        result = [messages.email_provider(each, reveal) for each in found.providers]
        return pb.ListEmailProvidersResponse(details=messages.list_details(found), result=result)

    async def UpdateEmailProviderSMTP(
        self, request: pb.UpdateEmailProviderSMTPRequest, context: Context
    ) -> pb.UpdateEmailProviderSMTPResponse:
        """Replace an SMTP provider's settings."""
        new = messages.smtp_update(request, context)
        details = await self._providers.update_smtp(context.caller, request.id, new, expected=context.expected)
        return pb.UpdateEmailProviderSMTPResponse(details=messages.changed(details))

    async def UpdateEmailProviderSMTPPassword(
        self, request: pb.UpdateEmailProviderSMTPPasswordRequest, context: Context
    ) -> pb.UpdateEmailProviderSMTPPasswordResponse:
        """Replace a provider's password."""
        details = await self._providers.update_password(
            context.caller, request.id, Secret(request.password), expected=context.expected
        )
        return pb.UpdateEmailProviderSMTPPasswordResponse(details=messages.changed(details))

    async def ActivateEmailProvider(
        self, request: pb.ActivateEmailProviderRequest, context: Context
    ) -> pb.ActivateEmailProviderResponse:
        """Make a provider the active one."""
        details = await self._providers.activate(context.caller, request.id, expected=context.expected)
        return pb.ActivateEmailProviderResponse(details=messages.made(details))

    async def DeactivateEmailProvider(
        self, request: pb.DeactivateEmailProviderRequest, context: Context
    ) -> pb.DeactivateEmailProviderResponse:
        """Make a provider inactive."""
        details = await self._providers.deactivate(context.caller, request.id, expected=context.expected)
        return pb.DeactivateEmailProviderResponse(details=messages.made(details))

    async def RemoveEmailProvider(
        self, request: pb.RemoveEmailProviderRequest, context: Context
    ) -> pb.RemoveEmailProviderResponse:
        """Remove a provider."""
        details = await self._providers.remove(context.caller, request.id, expected=context.expected)
        return pb.RemoveEmailProviderResponse(details=messages.changed(details))

    async def TestEmailProviderSMTP(
        self, request: pb.TestEmailProviderSMTPRequest, context: Context
    ) -> pb.TestEmailProviderSMTPResponse:
        """Test the settings of the request."""
        await self._diagnoses.test_settings(
            context.caller,
            messages.smtp_input(request),
            receiver=request.receiver_address.strip(),
            config_id=request.id,
            remaining=context.remaining,
        )
        return pb.TestEmailProviderSMTPResponse()

    async def TestEmailProviderSMTPById(
        self, request: pb.TestEmailProviderSMTPByIdRequest, context: Context
    ) -> pb.TestEmailProviderSMTPByIdResponse:
        """Test a stored provider."""
        await self._diagnoses.test_stored(
            context.caller, request.id, receiver=request.receiver_address.strip(), remaining=context.remaining
        )
        return pb.TestEmailProviderSMTPByIdResponse()

    async def AddEmailProviderHTTP(
        self, request: pb.AddEmailProviderHTTPRequest, context: Context
    ) -> pb.AddEmailProviderHTTPResponse:
        """Store an HTTP provider."""
        settings = http_settings(request)
        event, signing_key = await self._providers.add_http(context.caller, settings, key=context.idempotency_key)
        return pb.AddEmailProviderHTTPResponse(
            details=messages.made(event.details), id=event.change.provider_id, signing_key=signing_key.reveal()
        )

    async def UpdateEmailProviderHTTP(
        self, request: pb.UpdateEmailProviderHTTPRequest, context: Context
    ) -> pb.UpdateEmailProviderHTTPResponse:
        """Replace an HTTP provider's settings, and its signing key when asked."""
        details, signing_key = await self._providers.update_http(
            context.caller,
            request.id,
            http_settings(request),
            rotate=messages.rotates(request),
            expected=context.expected,
        )
        return pb.UpdateEmailProviderHTTPResponse(
            details=messages.changed(details), signing_key=signing_key.reveal() if signing_key else ""
        )

    def _reveal(self, context: Context) -> messages.Reveal:
        return lambda provider: self._providers.signing_key(context.caller, provider)
