using Portal.Hosting;

namespace Portal.Features.Tenancy;

/// <summary>What somebody typed about a provider, made fit to be kept, or refused with the remedy.</summary>
internal static class ProviderAddress
{
    /// <summary>An issuer is compared letter for letter, so only the one plain way to write it is taken.</summary>
    public static string Issuer(string typed, SignInOptions options)
    {
        var issuer = typed.Trim();
        if (issuer.Length is 0 or > IdentityProvider.IssuerLength || issuer.Any(c => c is <= ' ' or > '~') || !Uri.TryCreate(issuer, UriKind.Absolute, out var uri))
        {
            throw new PortalException("The issuer must be an https address in plain letters, as your provider writes it: https://login.acme.example.");
        }

        var isOpen = options.AllowLoopbackProviders && uri.IsLoopback;
        if (uri.Scheme != Uri.UriSchemeHttps && !(isOpen && uri.Scheme == Uri.UriSchemeHttp))
        {
            throw new PortalException("The issuer must begin with https://. Over plain http anybody on the way could be anybody.");
        }

        if (uri is not { Query: "", Fragment: "", UserInfo: "" } || issuer.Contains('?', StringComparison.Ordinal) || issuer.Contains('#', StringComparison.Ordinal))
        {
            throw new PortalException("The issuer is an address without a query, a fragment or a user name. Copy it from your provider's metadata, the value of \"issuer\".");
        }

        if (uri.AbsoluteUri.TrimEnd('/') != issuer.TrimEnd('/'))
        {
            throw new PortalException($"The issuer is not written in its plain form. Write {uri.AbsoluteUri}, if that is how your provider calls itself.");
        }

        if (!isOpen && !OutsideHttp.LeadsOutside(uri))
        {
            throw new PortalException("The issuer lies on this machine or in a private network, which the portal does not call. It must be reachable from the internet by its name.");
        }

        return string.Equals(issuer.TrimEnd('/'), options.Authority.TrimEnd('/'), StringComparison.OrdinalIgnoreCase)
            ? throw new PortalException("That is the portal's own provider, with which everybody can sign in already. Name your organization's.")
            : issuer;
    }

    public static string ClientId(string typed)
    {
        var clientId = typed.Trim();
        return clientId.Length is 0 or > IdentityProvider.ClientIdLength || clientId.Any(c => c is < ' ' or > '~')
            ? throw new PortalException($"The client id is missing, longer than {IdentityProvider.ClientIdLength} characters, or not in plain letters. It is the name under which your provider knows this portal.")
            : clientId;
    }

    /// <summary>Null keeps the secret there is.</summary>
    public static string? Secret(string typed)
    {
        var secret = typed.Trim();
        return secret is "" ? null : secret.Length > IdentityProvider.SecretLength || secret.Any(c => c is < ' ' or > '~')
            ? throw new PortalException($"The client secret is longer than {IdentityProvider.SecretLength:N0} characters or not in plain letters. Check that nothing else was pasted.")
            : secret;
    }

    /// <summary>What people read on the sign-in page: without marks that turn or hide letters.</summary>
    public static string Name(string typed)
    {
        var name = PersonClaims.CleanName(typed);
        return name.Length is 0 or > IdentityProvider.NameLength
            ? throw new PortalException($"The provider needs a name of at most {IdentityProvider.NameLength} characters, such as \"Acme Okta\". People read it when they sign in.")
            : name;
    }

    /// <summary>As DNS knows it: a look-alike in other letters shows as what it is.</summary>
    public static string Domain(string typed)
    {
        var text = typed.Trim();
        var domain = text.Length > OrganizationDomain.NameLength || text.Contains('@', StringComparison.Ordinal) ? "" : PersonClaims.AsciiDomain(text);
        return domain is "" || domain.Split('.').Any(label => label.Length is 0 or > 63 || label[0] is '-' || label[^1] is '-')
            ? throw new PortalException("That is not written like a domain. Give the part of your addresses behind the @, such as acme.example.")
            : domain;
    }
}
