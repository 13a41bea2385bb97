using System.IO.Hashing;
using CoVR.Modeling.Checkpoints.Files;
using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>A tensor that has not been read from its file yet.</summary>
/// <remarks>Valid while its <see cref="Checkpoint"/> is open. Several threads may read different tensors at once.</remarks>
public sealed class CheckpointTensor
{
    private readonly TensorLayout _layout;
    private readonly TensorStorage _storage;

    internal CheckpointTensor(string name, TensorLayout layout, TensorStorage storage) =>
        (Name, _layout, _storage) = (name, layout, storage);

    /// <summary>Its name in the state dict; empty for a tensor elsewhere in the file.</summary>
    public string Name { get; }

    /// <summary>The type of its elements in the file.</summary>
    public ScalarType DType => _layout.Type;

    /// <summary>Its sizes; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => _layout.Shape;

    /// <summary>Number of elements.</summary>
    public long Elements => _layout.Elements;

    /// <summary>Copies the elements into an existing tensor, converting them to its type.</summary>
    /// <param name="destination">A tensor of the same shape, on any device; its values are replaced, its gradient is not.</param>
    /// <remarks>
    /// A contiguous float tensor on the CPU is filled straight from the file. Otherwise a piece of at most 4 MB is held at a
    /// time (for a strided view: the part of its storage that it spans). No limit of 2 GB. If the checksum does not match, the
    /// destination has been overwritten nevertheless.
    /// </remarks>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="CheckpointException">The file is damaged or cannot be read.</exception>
    public void CopyTo(Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!destination.shape.AsSpan().SequenceEqual(_layout.Shape))
        {
            throw new ArgumentException($"'{Name}' has the shape [{string.Join(", ", Shape)}], the destination [{string.Join(", ", destination.shape)}].", nameof(destination));
        }

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        if (_layout.Elements > 0)
        {
            Fill(destination.detach());
        }
    }

    /// <summary>Reads the tensor.</summary>
    /// <returns>A new tensor on the CPU, of the type and shape in the file; the caller (or the current scope) disposes it.</returns>
    /// <exception cref="CheckpointException">The file is damaged or cannot be read.</exception>
    public Tensor Read()
    {
        NativeTorch.EnsureLoaded();
        var tensor = empty(_layout.Shape, dtype: DType);
        try
        {
            CopyTo(tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {DType} [{string.Join(", ", Shape)}]";

    /// <summary>The type, shape and place in the file, by which two names of one tensor are known.</summary>
    internal (TensorStorage Storage, TensorLayout Layout) View => (_storage, _layout);

    /// <summary>Compares the checksum of the bytes, unless that was done.</summary>
    internal void Verify() => _storage.Verify();

    /// <summary>Visits the bytes in C order, in small pieces; only a strided view is held as a whole meanwhile.</summary>
    internal void Visit(TensorBytes.Visitor visit)
    {
        Verify();
        if (!_layout.IsContiguous)
        {
            NativeTorch.EnsureLoaded();
            using var tensor = Read();
            TensorBytes.Visit(tensor, visit);
            return;
        }

        var (position, left) = (_storage.Offset + (_layout.Offset * ElementSize), _layout.Elements * ElementSize);
        var buffer = new byte[(int)Math.Min(left, TensorBytes.PieceBytes)];
        while (left > 0)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            _storage.File.Read(piece, position);
            visit(piece);
            (position, left) = (position + piece.Length, left - piece.Length);
        }
    }

    internal CheckpointTensor Named(string name) => new(name, _layout, _storage);

    private int ElementSize => ElementTypes.SizeOf(DType);

    private void Fill(Tensor destination)
    {
        if (!_layout.IsContiguous)
        {
            FillStrided(destination);
        }
        else if (destination.device_type != DeviceType.CPU || !destination.is_contiguous() || destination.dtype != DType || DType == ScalarType.Bool)
        {
            FillConverted(destination);
        }
        else
        {
            FillDirectly(destination);
        }
    }

    private void FillDirectly(Tensor destination)
    {
        var crc = StartChecksum();
        var offset = _storage.Offset + (_layout.Offset * ElementSize);
        TensorBytes.Visit(destination, bytes =>
        {
            _storage.File.Read(bytes, offset);
            crc?.Append(bytes);
            offset += bytes.Length;
        });
        FinishChecksum(crc);
    }

    private void FillConverted(Tensor destination)
    {
        var crc = StartChecksum();
        var target = destination.is_contiguous() ? destination : empty(destination.shape, dtype: destination.dtype, device: destination.device);
        using var flat = target.view(-1);
        using var staging = empty([Math.Min(_layout.Elements, TensorBytes.PieceBytes / ElementSize)], dtype: StagingType);
        for (var start = 0L; start < _layout.Elements; start += staging.shape[0])
        {
            using var part = staging.narrow(0, 0, Math.Min(staging.shape[0], _layout.Elements - start));
            _storage.File.Read(part.bytes, _storage.Offset + ((_layout.Offset + start) * ElementSize));
            crc?.Append(part.bytes);
            using var place = flat.narrow(0, start, part.shape[0]);
            place.copy_(part);
        }

        FinishChecksum(crc);
        if (!ReferenceEquals(target, destination))
        {
            destination.copy_(target);
        }
    }

    private void FillStrided(Tensor destination)
    {
        _storage.Verify();
        var span = empty([_layout.Extent], dtype: StagingType);
        var offset = _storage.Offset + (_layout.Offset * ElementSize);
        TensorBytes.Visit(span, bytes =>
        {
            _storage.File.Read(bytes, offset);
            offset += bytes.Length;
        });
        destination.copy_(span.as_strided(_layout.Shape, _layout.Strides, 0));
    }

    // Any byte of a file may stand for true; copying from bytes makes it 1.
    private ScalarType StagingType => DType == ScalarType.Bool ? ScalarType.Byte : DType;

    private Crc32? StartChecksum()
    {
        if (_storage.NeedsVerification && _layout.Elements * ElementSize == _storage.Bytes)
        {
            return new Crc32();
        }

        _storage.Verify();
        return null;
    }

    private void FinishChecksum(Crc32? crc)
    {
        if (crc is not null)
        {
            _storage.Compare(crc.GetCurrentHashAsUInt32());
        }
    }
}
