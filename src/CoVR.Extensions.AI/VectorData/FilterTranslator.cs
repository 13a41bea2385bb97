#pragma warning disable MEVD9001 // The services for connectors of vector stores are experimental.
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Microsoft.Extensions.VectorData.ProviderServices;
using Microsoft.Extensions.VectorData.ProviderServices.Filter;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>Conditions over records as filters of a gallery.</summary>
/// <param name="model">The properties of the record.</param>
internal sealed class FilterTranslator(CollectionModel model) : FilterTranslatorBase
{
    private static readonly GalleryFilter Everything = new GalleryFilter.All([]);

    /// <summary>Translates all of a condition.</summary>
    /// <exception cref="NotSupportedException">A part cannot be translated; the message says which, and why.</exception>
    public GalleryFilter Translate(LambdaExpression condition) => Of(PreprocessFilter(condition, model, new FilterPreprocessingOptions()));

    /// <summary>Translates those parts, combined by <c>and</c>, that can be translated.</summary>
    /// <returns>A filter that passes at least what the condition does, and whether it is all of the condition.</returns>
    public (GalleryFilter Filter, bool IsWhole) TranslateParts(LambdaExpression condition)
    {
        List<GalleryFilter> filters = [];
        var isWhole = true;
        Collect(PreprocessFilter(condition, model, new FilterPreprocessingOptions()));
        return (new GalleryFilter.All(filters), isWhole);

        void Collect(Expression part)
        {
            if (part is BinaryExpression { NodeType: ExpressionType.AndAlso } both)
            {
                Collect(both.Left);
                Collect(both.Right);
                return;
            }

            try
            {
                filters.Add(Of(part));
            }
            catch (NotSupportedException)
            {
                isWhole = false;
            }
        }
    }

    /// <inheritdoc/>
    protected override bool TryBindProperty(Expression expression, [NotNullWhen(true)] out PropertyModel? propertyModel)
    {
        // The compiler compares enumerations and small integers as int.
        while (expression is UnaryExpression { NodeType: ExpressionType.Convert } convert && (Nullable.GetUnderlyingType(convert.Operand.Type) ?? convert.Operand.Type) is var type
            && (type.IsEnum || type == typeof(byte) || type == typeof(short)))
        {
            expression = convert.Operand;
        }

        return base.TryBindProperty(expression, out propertyModel);
    }

    private GalleryFilter Of(Expression part) => part switch
    {
        ConstantExpression { Value: bool always } => always ? Everything : !Everything,
        BinaryExpression { NodeType: ExpressionType.AndAlso } both => Of(both.Left) & Of(both.Right),
        BinaryExpression { NodeType: ExpressionType.OrElse } either => Of(either.Left) | Of(either.Right),
        UnaryExpression { NodeType: ExpressionType.Not } not => !Of(not.Operand),
        UnaryExpression { NodeType: ExpressionType.Convert, Type: var type } convert when type == typeof(bool) && !TryBindProperty(part, out _) => Of(convert.Operand),
        BinaryExpression comparison => OfComparison(comparison),
        MethodCallExpression call when TryMatchContains(call, out var list, out var item) => OfContains(call, list, item),
        _ when part.Type == typeof(bool) && TryBindProperty(part, out var property) => Equal(property, true, part),
        _ => throw Refused(part, "it is none of the comparisons, lists and logical operators that a gallery knows"),
    };

    private GalleryFilter OfComparison(BinaryExpression comparison)
    {
        var (left, right, type) = TryBindProperty(comparison.Left, out _)
            ? (comparison.Left, comparison.Right, comparison.NodeType)
            : (comparison.Right, comparison.Left, Mirrored(comparison.NodeType));
        if (!TryBindProperty(left, out var property) || !TryEvaluate(right, out var value))
        {
            throw Refused(comparison, "it does not compare a property of the record with a value");
        }

        return type switch
        {
            ExpressionType.Equal => Equal(property, value, comparison),
            ExpressionType.NotEqual => !Equal(property, value, comparison),
            _ => Ordered(property, type, value, comparison),
        };
    }

    private static GalleryFilter Equal(PropertyModel property, object? value, Expression part) => (KnownProperties.NameOf(property), value) switch
    {
        (nameof(GalleryProperties.Kind), null) => !(new GalleryFilter.OfKind(MediaKind.Picture) | new GalleryFilter.OfKind(MediaKind.Video)),
        (nameof(GalleryProperties.Kind), MediaKind kind) => new GalleryFilter.OfKind(kind),
        (nameof(GalleryProperties.Kind), int kind) => new GalleryFilter.OfKind((MediaKind)kind),
        (nameof(GalleryProperties.Owner), string owner) => new GalleryFilter.OwnedBy(owner),
        (nameof(GalleryProperties.HasLocation), true) => new GalleryFilter.WithLocation(),
        (nameof(GalleryProperties.HasLocation), false) when property.Type == typeof(bool) => !new GalleryFilter.WithLocation(),
        (nameof(GalleryProperties.Taken), null) => !new GalleryFilter.Taken(null, null),
        (nameof(GalleryProperties.Taken), DateTimeOffset time) => new GalleryFilter.Taken(time, time.AddTicks(1)),
        (nameof(GalleryProperties.Modified), null) => !new GalleryFilter.Modified(null, null),
        (nameof(GalleryProperties.Modified), DateTimeOffset time) => new GalleryFilter.Modified(time, time.AddTicks(1)),
        (null, null) => !new GalleryFilter.HasMetadata(property.StorageName, null),
        (null, _) when property is DataPropertyModel && HasOneText(property.Type) => new GalleryFilter.HasMetadata(property.StorageName, KnownProperties.TextOf(InTypeOf(property, value))),
        (null, _) when property is KeyPropertyModel => throw Refused(part, "keys are not filtered: read the records by key, or leave them out of the hits"),
        _ => throw Refused(part, $"a gallery does not filter '{property.StorageName}' by equality"),
    };

    private static GalleryFilter Ordered(PropertyModel property, ExpressionType type, object? value, Expression part)
    {
        var isTaken = KnownProperties.NameOf(property) == nameof(GalleryProperties.Taken);
        if (value is not DateTimeOffset time || !(isTaken || KnownProperties.NameOf(property) == nameof(GalleryProperties.Modified)))
        {
            throw Refused(part, "only Taken and Modified are compared by order");
        }

        (DateTimeOffset? From, DateTimeOffset? To) range = type switch
        {
            ExpressionType.GreaterThanOrEqual => (time, null),
            ExpressionType.GreaterThan => (time.AddTicks(1), null),
            ExpressionType.LessThan => (null, time),
            ExpressionType.LessThanOrEqual => (null, time.AddTicks(1)),
            _ => throw Refused(part, "it is no comparison"),
        };
        return isTaken ? new GalleryFilter.Taken(range.From, range.To) : new GalleryFilter.Modified(range.From, range.To);
    }

    private GalleryFilter OfContains(MethodCallExpression call, Expression list, Expression item)
    {
        if (TryBindProperty(list, out var property) && TryEvaluate(item, out var tag))
        {
            return KnownProperties.NameOf(property) == nameof(GalleryProperties.Tags) && tag is string text
                ? new GalleryFilter.HasTag(text)
                : throw Refused(call, $"'{property.StorageName}' is kept as a whole; only Tags are searched for one of several");
        }

        return TryBindProperty(item, out property) && TryEvaluate(list, out var values) && values is System.Collections.IEnumerable several
            ? new GalleryFilter.Any([.. several.Cast<object?>().Select(value => Equal(property, value, call))])
            : throw Refused(call, "it does not look for a value in a list of the record, or for a property in a list of values");
    }

    private bool TryEvaluate(Expression expression, out object? value)
    {
        value = null;
        if (new RecordFinder(RecordParameter).IsIn(expression))
        {
            return false;
        }

        value = expression is ConstantExpression constant ? constant.Value : Expression.Lambda(expression).Compile(preferInterpretation: true).DynamicInvoke();
        return true;
    }

    // Types whose equal values have the same text.
    private static bool HasOneText(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is var value && (value.IsEnum || value == typeof(Guid) || value == typeof(DateOnly)
        || Type.GetTypeCode(value) is TypeCode.String or TypeCode.Boolean or TypeCode.Byte or TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64 or TypeCode.UInt64);

    private static object InTypeOf(PropertyModel property, object? value)
    {
        var type = Nullable.GetUnderlyingType(property.Type) ?? property.Type;
        return type.IsEnum ? Enum.ToObject(type, value!) : value is IConvertible && value.GetType() != type ? Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture) : value!;
    }

    private static ExpressionType Mirrored(ExpressionType type) => type switch
    {
        ExpressionType.LessThan => ExpressionType.GreaterThan,
        ExpressionType.LessThanOrEqual => ExpressionType.GreaterThanOrEqual,
        ExpressionType.GreaterThan => ExpressionType.LessThan,
        ExpressionType.GreaterThanOrEqual => ExpressionType.LessThanOrEqual,
        _ => type,
    };

    private static NotSupportedException Refused(Expression part, string reason) => new($"The filter '{part}' cannot be carried out by a gallery: {reason}.");

    private sealed class RecordFinder(ParameterExpression record) : ExpressionVisitor
    {
        private bool _found;

        public bool IsIn(Expression expression)
        {
            Visit(expression);
            return _found;
        }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            _found |= node == record;
            return node;
        }
    }
}
