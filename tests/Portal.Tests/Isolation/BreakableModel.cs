using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Portal.Persistence;

namespace Portal.Tests.Isolation;

/// <summary>The portal's model, each of whose filters can be taken away while it runs.</summary>
internal sealed class BreakableModel(ModelCustomizerDependencies dependencies) : RelationalModelCustomizer(dependencies)
{
    public override void Customize(ModelBuilder modelBuilder, DbContext context)
    {
        base.Customize(modelBuilder, context);
        foreach (var entity in modelBuilder.Model.GetEntityTypes().ToList())
        {
            foreach (var filter in entity.GetDeclaredQueryFilters().Where(f => f.Key is not null).ToList())
            {
                var (name, rule) = (filter.Key!, filter.Expression!); // every filter of the portal is named
                var isCut = Expression.Call(typeof(Breakage), nameof(Breakage.IsCut), [], Expression.Constant(context, typeof(PortalDbContext)), Expression.Constant(name), Expression.Constant(entity.ClrType.Name));
                entity.SetQueryFilter(name, Expression.Lambda(Expression.OrElse(isCut, rule.Body), rule.Parameters));
            }
        }
    }
}
