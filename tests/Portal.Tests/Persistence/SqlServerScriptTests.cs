using Microsoft.SqlServer.TransactSql.ScriptDom;
using Portal.Persistence;
using Portal.Persistence.SqlServer;
using Xunit;

namespace Portal.Tests.Persistence;

/// <summary>SQL Server's own grammar reads what the portal would say to it; whether the server then does it only a server can tell.</summary>
public sealed class SqlServerScriptTests
{
    private static readonly IReadOnlyList<TenantTable> s_tables = TablesOfTheModel();

    private static readonly IReadOnlyList<TableRights> s_rights = RightsOfTheModel();

    [Fact]
    public void Script_OfTheModel_FiltersAndBlocksEachTenantsTable()
    {
        var policy = SqlServerRowSecurity.Script(s_tables).SelectMany(Read).OfType<CreateSecurityPolicyStatement>().Single();

        foreach (var table in s_tables)
        {
            var kinds = policy.SecurityPredicateActions.Where(a => a.TargetObjectName.BaseIdentifier.Value == table.Name)
                .Select(a => (a.SecurityPredicateType, a.SecurityPredicateOperation, Function: a.FunctionCall.FunctionName.Value)).ToList();
            Assert.Equal(
                [(SecurityPredicateType.Filter, SecurityPredicateOperation.All, "may_see"), (SecurityPredicateType.Block, SecurityPredicateOperation.All, "may_write")], kinds);
        }

        Assert.Equal(2 * s_tables.Count, policy.SecurityPredicateActions.Count);
        Assert.Contains(policy.SecurityPolicyOptions, o => o is { OptionKind: SecurityPolicyOptionKind.State, OptionState: OptionState.On });
    }

    [Fact]
    public void Script_Functions_KnowThePlatformForReadingAlone()
    {
        var functions = SqlServerRowSecurity.Script(s_tables).Where(batch => batch.StartsWith("CREATE FUNCTION", StringComparison.Ordinal)).ToList();

        Assert.Equal(2, functions.Count);
        Assert.All(functions, f => Assert.Contains("@tenant = CONVERT(nvarchar(40), SESSION_CONTEXT(N'portal.tenant'))", f, StringComparison.Ordinal));
        Assert.Contains("portal.platform", functions.Single(f => f.Contains("[may_see]", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("portal.platform", functions.Single(f => f.Contains("[may_write]", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Grants_OfOddNames_AreReadAsOneNameAndOneText()
    {
        var login = Read(SqlServerRowSecurity.Grants("app] --", "it's", [])[0]).OfType<IfStatement>().Select(i => i.ThenStatement).OfType<CreateLoginStatement>().Single();

        Assert.Equal("app] --", login.Name.Value);
        Assert.Equal("it's", Assert.IsType<PasswordCreateLoginSource>(login.Source).Password.Value);
        Assert.All(SqlServerRowSecurity.Grants("app", "secret", s_rights), batch => Read(batch));
    }

    [Fact]
    public void Grants_AppendOnlyTables_DenyWhatTheSchemaGrants()
    {
        var denied = SqlServerRowSecurity.Grants("app", "secret", s_rights).SelectMany(Read).OfType<DenyStatement>()
            .Select(d => (d.SecurityTargetObject.ObjectName.MultiPartIdentifier.Identifiers[^1].Value, string.Join(' ', d.Permissions.Select(p => p.Identifiers[0].Value)))).ToList();

        Assert.Equal([("AuditCheckpoint", "INSERT UPDATE DELETE"), ("AuditEntry", "UPDATE DELETE")], denied);
    }

    [Fact]
    public void Read_OfABrokenScript_Tells() =>
        Assert.ThrowsAny<Exception>(() => Read("CREATE SECURITY POLICY [p].[q] ADD FILTER ON [dbo].[T]"));

    private static IEnumerable<TSqlStatement> Read(string batch)
    {
        var script = (TSqlScript)new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(batch), out var errors);
        Assert.True(errors.Count is 0, string.Join('\n', errors.Select(e => $"{e.Line}: {e.Message}")) + "\n" + batch);
        return Assert.Single(script.Batches).Statements;
    }

    private static IReadOnlyList<TenantTable> TablesOfTheModel()
    {
        using var db = new SqlServerDesign().CreateDbContext([]);
        return TenantTable.Of(db.Model);
    }

    private static IReadOnlyList<TableRights> RightsOfTheModel()
    {
        using var db = new SqlServerDesign().CreateDbContext([]);
        return TableRights.Of(db.Model);
    }
}
