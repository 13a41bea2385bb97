using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CoVR.Retrieval;

/// <summary>Turns the products of one query with the frames of a block of candidates into scores, many exponentials at a time.</summary>
internal static class FrameWeighing
{
    /// <summary>Weighs frames by softmax(product / temperature).</summary>
    /// <param name="products">One number per row of the block; overwritten.</param>
    /// <param name="block">Maps rows to candidates.</param>
    /// <param name="temperature">Positive.</param>
    /// <param name="scores">Receives one score per candidate of the block.</param>
    public static void Pool(Span<float> products, RowBlock block, float temperature, Span<float> scores)
    {
        Span<float> weights = new float[products.Length];
        for (var item = 0; item < block.Count; item++)
        {
            var (start, end) = (block.Starts[item], block.Starts[item + 1]);
            var highest = products[start];
            for (var row = start + 1; row < end; row++)
            {
                highest = MathF.Max(highest, products[row]);
            }

            for (var row = start; row < end; row++)
            {
                weights[row] = (products[row] - highest) / temperature;
            }
        }

        Exponentiate(weights);
        for (var item = 0; item < block.Count; item++)
        {
            var (sum, total) = (0f, 0f);
            for (var row = block.Starts[item]; row < block.Starts[item + 1]; row++)
            {
                sum += weights[row] * products[row];
                total += weights[row];
            }

            scores[item] = sum / total;
        }
    }

    private static void Exponentiate(Span<float> values)
    {
        var lanes = MemoryMarshal.Cast<float, Vector256<float>>(values);
        for (var i = 0; i < lanes.Length; i++)
        {
            lanes[i] = Vector256.Exp(lanes[i]);
        }

        for (var i = lanes.Length * Vector256<float>.Count; i < values.Length; i++)
        {
            values[i] = MathF.Exp(values[i]);
        }
    }
}
