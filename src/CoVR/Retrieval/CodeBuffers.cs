namespace CoVR.Retrieval;

/// <summary>What one thread of a <see cref="CodeSearch"/> has found, and its working memory.</summary>
/// <param name="found">One for each query.</param>
/// <param name="products">Room for the products of a tile.</param>
internal sealed class CodeBuffers(Survivors[] found, float[] products)
{
    public Survivors[] Found => found;

    public float[] Products => products;

    /// <summary>The upper bounds of the rows of a block, query by query, where items or queries have several rows.</summary>
    public float[] Uppers { get; private set; } = [];

    /// <summary>Makes room for upper bounds; none is known.</summary>
    public void Clear(int count)
    {
        Uppers = Uppers.Length >= count ? Uppers : new float[count];
        Uppers.AsSpan(0, count).Fill(float.NegativeInfinity);
    }
}
