using Microsoft.EntityFrameworkCore;

namespace Portal.Sandbox.Identity;

/// <summary>Where OpenIddict keeps clients, codes and tokens; kept on disk so that a code stays spent after a restart.</summary>
internal sealed class IdentityStore(DbContextOptions<IdentityStore> options) : DbContext(options);
