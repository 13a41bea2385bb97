using System.Linq.Expressions;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>Filters of a gallery as expressions over records that the connectors of vector stores translate: equality, order and lists that contain a text.</summary>
/// <remarks>No expression depends on an absent value, whose meaning differs between databases.</remarks>
internal static class RecordFilters
{
    /// <summary>Records of a role whose items pass a filter, and maybe others: what cannot be expressed is left out.</summary>
    /// <param name="role">The role.</param>
    /// <param name="filter">The filter; null for all.</param>
    /// <param name="withLists">Whether lists can be tested.</param>
    /// <returns>The condition, and whether more than the role is tested.</returns>
    public static (Expression<Func<GalleryRecord<TKey>, bool>> Condition, bool IsFiltered) Of<TKey>(string role, GalleryFilter? filter, bool withLists)
        where TKey : notnull
    {
        var record = Expression.Parameter(typeof(GalleryRecord<TKey>), "record");
        Expression condition = Expression.Equal(Expression.Property(record, nameof(GalleryRecord<TKey>.Role)), Expression.Constant(role));
        var passed = filter is null ? null : Loosened(filter, record, withLists);
        return (Expression.Lambda<Func<GalleryRecord<TKey>, bool>>(passed is null ? condition : Expression.AndAlso(condition, passed), record), passed is not null);
    }

    // Null: everything passes.
    private static Expression? Loosened(GalleryFilter filter, ParameterExpression record, bool withLists) => filter switch
    {
        GalleryFilter.All all => all.Filters.Select(each => Loosened(each, record, withLists)).OfType<Expression>().ToArray() is { Length: > 0 } conditions ? conditions.Aggregate(Expression.AndAlso) : null,
        _ => CanExpress(filter, withLists) ? Exact(filter, record) : null,
    };

    private static bool CanExpress(GalleryFilter filter, bool withLists) => filter switch
    {
        GalleryFilter.All all => all.Filters.Count > 0 && all.Filters.All(each => CanExpress(each, withLists)),
        GalleryFilter.Any any => any.Filters.Count > 0 && any.Filters.All(each => CanExpress(each, withLists)),
        GalleryFilter.Not not => CanExpress(not.Filter, withLists),
        GalleryFilter.Taken or GalleryFilter.Modified => true,
        GalleryFilter.InFolder folder => withLists && folder.Folder.TrimEnd('/').Length > 0,
        GalleryFilter.OfKind or GalleryFilter.HasTag or GalleryFilter.OwnedBy or GalleryFilter.WithLocation or GalleryFilter.HasMetadata => withLists,
        _ => false,
    };

    private static Expression Exact(GalleryFilter filter, ParameterExpression record) => filter switch
    {
        GalleryFilter.All all => all.Filters.Select(each => Exact(each, record)).Aggregate(Expression.AndAlso),
        GalleryFilter.Any any => any.Filters.Select(each => Exact(each, record)).Aggregate(Expression.OrElse),
        GalleryFilter.Not not => Expression.Not(Exact(not.Filter, record)),
        GalleryFilter.Taken taken => Between(Expression.Property(record, nameof(GalleryRecord<int>.Taken)), taken.From, taken.To),
        GalleryFilter.Modified modified => Between(Expression.Property(record, nameof(GalleryRecord<int>.Modified)), modified.From, modified.To),
        GalleryFilter.InFolder folder => Contains(record, RecordTags.Folder(folder.Folder.TrimEnd('/'))),
        GalleryFilter.OfKind kind => Contains(record, RecordTags.Kind(kind.Kind)),
        GalleryFilter.HasTag tag => Contains(record, RecordTags.Tag(tag.Tag)),
        GalleryFilter.OwnedBy owner => Contains(record, RecordTags.Owner(owner.Owner)),
        GalleryFilter.WithLocation => Contains(record, RecordTags.Located),
        GalleryFilter.HasMetadata value => Contains(record, RecordTags.Value(value.Name, value.Value)),
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "It cannot be expressed."),
    };

    private static BinaryExpression Between(MemberExpression ticks, DateTimeOffset? from, DateTimeOffset? to)
    {
        var start = Expression.GreaterThanOrEqual(ticks, Expression.Constant(from?.UtcTicks ?? 0L));
        return to is { } end ? Expression.AndAlso(start, Expression.LessThan(ticks, Expression.Constant(end.UtcTicks))) : start;
    }

    private static MethodCallExpression Contains(ParameterExpression record, string tag) =>
        Expression.Call(Expression.Property(record, nameof(GalleryRecord<int>.Tags)), typeof(List<string>).GetMethod(nameof(List<string>.Contains))!, Expression.Constant(tag));
}
