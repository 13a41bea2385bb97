using CoVR.Retrieval;

namespace CoVR.Benchmarks.Queries;

/// <summary>The ways of combining that were compared on the validation part.</summary>
internal static class QueryWays
{
    public static IQueryCombiner[] All { get; } =
    [
        QueryCombiners.WeightedSum,
        .. new[] { 0.1, 0.2, 0.3, 0.5, 0.7, 1 }.Select(share => QueryCombiners.Corrected(unwanted: share)),
        .. new[] { 0.05, 0.1, 0.2, 0.3, 0.7, 1 }.Select(share => QueryCombiners.Corrected(kept: share)),
        .. from kind in Enum.GetValues<Direction>() from share in new[] { 0.2f, 0.5f, 1, 1.5f } select new Way(kind, share, Joint.And),
        .. from joint in Enum.GetValues<Joint>() where joint != Joint.And select new Way(Direction.Text, 0.5f, joint),
    ];

    /// <summary>What is subtracted for an unwanted text u of a reference r with the edit t.</summary>
    private enum Direction
    {
        /// <summary>E(u).</summary>
        Text,

        /// <summary>E(r, u).</summary>
        Pair,

        /// <summary>E(r, u) - E(r).</summary>
        Change,

        /// <summary>E(r, t and u) - E(r, t).</summary>
        ChangeAfter,

        /// <summary>The part of E(u) that points along the query.</summary>
        Projection,
    }

    /// <summary>How the texts of several turns become one.</summary>
    private enum Joint
    {
        And,
        Comma,
        Semicolon,
        Then,

        /// <summary>E(r, t1 then t2) + E(r, t2 then t1).</summary>
        BothOrders,

        /// <summary>The sum over the four ways to join two texts.</summary>
        EveryJoint,

        /// <summary>The same, and in both orders.</summary>
        EveryJointBothOrders,

        /// <summary>E(r, t1 then t2) + 0.3 E(t1 then t2).</summary>
        ThenAndText,

        /// <summary>E(r, t1 then t2) + 0.3 (E(r, t1 then t2) - E(r, t1)).</summary>
        ThenFurther,

        /// <summary>E(r, t1) + E(r, t2).</summary>
        Sum,

        /// <summary>E(r, t1) + E(r, t2) - E(r).</summary>
        Changes,
    }

    private sealed class Way(Direction direction, float share, Joint joint) : IQueryCombiner
    {
        public string Name => FormattableString.Invariant($"{direction} {share} {joint}");

        public async ValueTask<EmbeddingSet> CombineAsync(
            ComposedQuery query, Func<IReadOnlyList<ComposedQuery>, CancellationToken, Task<IReadOnlyList<EmbeddingSet>>> embed, CancellationToken cancellationToken)
        {
            var parts = query.Turns.SelectMany(turn => turn.Parts).ToArray();
            QueryPart[] media = [.. parts.Where(part => part.Text is null)];
            string[] texts = [.. parts.Where(part => part is { Text: not null, Role: QueryRole.Wanted }).Select(part => part.Text!)];
            string[] unwanted = [.. parts.Where(part => part.Role == QueryRole.Unwanted).Select(part => part.Text!)];
            List<(ComposedQuery Pair, float Weight)> terms = [];
            foreach (var part in media)
            {
                string[] asked = Asked(texts);
                var joined = asked[0];
                terms.AddRange(asked.Select(text => (Pair(part, text), 1f)));
                if (joint == Joint.ThenAndText && joined.Length > 0)
                {
                    terms.Add((new ComposedQuery(null, joined), 0.3f));
                }

                if (joint == Joint.ThenFurther && texts.Length > 1)
                {
                    terms.AddRange([(Pair(part, joined), 0.3f), (Pair(part, string.Join(", then ", texts[..^1])), -0.3f)]);
                }

                if (joint == Joint.Changes && texts.Length > 1)
                {
                    terms.Add((Pair(part, ""), 1f - texts.Length));
                }

                foreach (var word in unwanted)
                {
                    terms.AddRange(direction switch
                    {
                        Direction.Text or Direction.Projection => [(new ComposedQuery(null, word), -share)],
                        Direction.Pair => [(Pair(part, word), -share)],
                        Direction.Change => [(Pair(part, word), -share), (Pair(part, ""), share)],
                        _ => [(Pair(part, $"{joined} and {word}"), -share), (Pair(part, joined), share)],
                    });
                }
            }

            var sets = await embed([.. terms.Select(term => term.Pair)], cancellationToken);
            var sum = new float[sets[0].Dimensions];
            foreach (var ((_, weight), set) in terms.Zip(sets))
            {
                var along = direction == Direction.Projection && weight < 0 ? Dot(sum, set.Values.Span) : 1;
                for (var i = 0; i < sum.Length; i++)
                {
                    sum[i] += weight * along * set.Values.Span[i];
                }
            }

            var norm = MathF.Sqrt(Dot(sum, sum));
            return new EmbeddingSet(sum.Select(value => value / norm).ToArray(), 1, sum.Length);
        }

        private string[] Asked(string[] texts)
        {
            string[] reversed = [.. texts.Reverse()];
            string[] joints = [", then ", " and ", ", ", "; "];
            return joint switch
            {
                Joint.Comma => [string.Join(", ", texts)],
                Joint.Semicolon => [string.Join("; ", texts)],
                Joint.BothOrders => [string.Join(", then ", texts), string.Join(", then ", reversed)],
                Joint.EveryJoint => [.. joints.Select(text => string.Join(text, texts))],
                Joint.EveryJointBothOrders => [.. joints.Select(text => string.Join(text, texts)), .. joints.Select(text => string.Join(text, reversed))],
                Joint.Sum or Joint.Changes when texts.Length > 0 => texts,
                Joint.Then or Joint.ThenAndText or Joint.ThenFurther => [string.Join(", then ", texts)],
                _ => [string.Join(" and ", texts)],
            };
        }

        private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
        {
            var sum = 0f;
            for (var i = 0; i < left.Length; i++)
            {
                sum += left[i] * right[i];
            }

            return sum;
        }

        private static ComposedQuery Pair(QueryPart part, string text) => text.Length == 0 ? new ComposedQuery([part]) : new ComposedQuery([part, QueryPart.OfText(text)]);
    }
}
