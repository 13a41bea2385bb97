using System.Runtime.InteropServices;
using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Inference;

/// <summary>
/// oneDNN's linear layers on packed weights, which TorchSharp does not bind, through libtorch's C interface
/// (<c>torch/csrc/inductor/aoti_torch/c/shim.h</c> and <c>shim_mkldnn.h</c> of PyTorch 2.10). Thread-safe.
/// </summary>
internal static unsafe partial class OneDnn
{
    private const string Library = "torch_cpu";

    // c10::Layout::Mkldnn
    private const int PackedLayout = 3;

    // c10::ScalarType::Float
    private const int Float32Type = 6;

    private static readonly string[] EntryPoints =
    [
        "aoti_torch_call_dispatcher", "aoti_torch_new_tensor_handle", "aoti_torch_get_layout", "aoti_torch_get_data_ptr",
        "aoti_torch_cpu__linear_pointwise", "aoti_torch_cpu__linear_pointwise_binary", "aoti_torch_cpu__qlinear_pointwise_tensor",
    ];

    private static readonly Lazy<bool> Available = new(Find);

    /// <summary>Whether this libtorch has the entry points.</summary>
    public static bool IsAvailable => Available.Value;

    /// <summary>Whether a tensor is a weight that <see cref="Pack"/> made: its numbers are reached by <c>to_dense()</c> only.</summary>
    public static bool IsPacked(Tensor tensor) =>
        IsAvailable && !tensor.is_meta && tensor.device_type == DeviceType.CPU && GetLayout(tensor.Handle, out var layout) == 0 && layout == PackedLayout;

    /// <summary>Copies a weight into the layout that oneDNN multiplies fastest.</summary>
    /// <param name="weight">[O, I], float32 or bfloat16, on the CPU.</param>
    /// <returns>[O, I], opaque; the caller disposes it.</returns>
    public static Tensor Pack(Tensor weight) => Call("mkldnn::_reorder_linear_weight", Owned(weight), 0);

    /// <summary>Packs an 8-bit weight.</summary>
    /// <param name="weight">[O, I], int8, on the CPU.</param>
    /// <returns>Opaque; the caller disposes it.</returns>
    public static Tensor PackInt8(Tensor weight) => Call("onednn::qlinear_prepack", Owned(weight), 0);

    /// <summary>x Wᵀ + b, and GELU of it where that is wanted.</summary>
    /// <param name="input">[…, I], of the type of the weight.</param>
    /// <param name="packed">What <see cref="Pack"/> made.</param>
    /// <param name="bias">[O] or null.</param>
    /// <param name="gelu">Whether x Φ(x) is applied.</param>
    /// <returns>[…, O]; the caller's dispose scope owns it.</returns>
    public static Tensor Linear(Tensor input, Tensor packed, Tensor? bias, bool gelu)
    {
        var biasHandle = bias?.Handle ?? 0;
        fixed (byte* none = "none"u8, activation = "gelu"u8)
        {
            var algorithm = none;
            Check(LinearPointwise(
                input.Handle, packed.Handle, bias is null ? null : &biasHandle, gelu ? activation : none, null, 0, gelu ? &algorithm : null, out var result));
            KeepAlive(input, packed, bias);
            return Tensor.UnsafeCreateTensor(result);
        }
    }

    /// <summary>x Wᵀ + b + residual.</summary>
    /// <param name="input">[…, I], of the type of the weight.</param>
    /// <param name="packed">What <see cref="Pack"/> made.</param>
    /// <param name="bias">[O] or null.</param>
    /// <param name="residual">[…, O]; left as it is.</param>
    /// <returns>[…, O]; the caller's dispose scope owns it.</returns>
    public static Tensor LinearAdd(Tensor input, Tensor packed, Tensor? bias, Tensor residual)
    {
        var biasHandle = bias?.Handle ?? 0;
        fixed (byte* add = "add"u8)
        {
            Check(LinearPointwiseBinary(input.Handle, residual.Handle, packed.Handle, bias is null ? null : &biasHandle, add, out var result));
            KeepAlive(input, packed, bias);
            GC.KeepAlive(residual);
            return Tensor.UnsafeCreateTensor(result);
        }
    }

    /// <summary>The product of 8-bit rows with an 8-bit weight: Σ (x - zero) w, times the scale of each output.</summary>
    /// <param name="input">[M, I], uint8.</param>
    /// <param name="packed">What <see cref="PackInt8"/> made.</param>
    /// <param name="scales">Of the input [1] and of the outputs [O], float32.</param>
    /// <param name="zeros">Of the input [1] and of the outputs [O], int32.</param>
    /// <returns>[M, O], float32; the caller's dispose scope owns it.</returns>
    public static Tensor LinearInt8(Tensor input, Tensor packed, (Tensor Input, Tensor Outputs) scales, (Tensor Input, Tensor Outputs) zeros)
    {
        var type = Float32Type;
        fixed (byte* none = "none"u8, empty = "\0"u8)
        {
            Check(QLinearPointwise(
                input.Handle, scales.Input.Handle, zeros.Input.Handle, packed.Handle, scales.Outputs.Handle, zeros.Outputs.Handle,
                null, 1.0, 0, &type, none, null, 0, empty, out var result));
            KeepAlive(input, packed, null);
            GC.KeepAlive(scales);
            GC.KeepAlive(zeros);
            return Tensor.UnsafeCreateTensor(result);
        }
    }

    /// <summary>Where the numbers of a tensor begin, with whatever strides; the tensor must be kept alive meanwhile.</summary>
    public static nint Data(Tensor tensor)
    {
        Check(GetDataPointer(tensor.Handle, out var pointer));
        return pointer;
    }

    private static bool Find()
    {
        NativeTorch.EnsureLoaded();
        return NativeLibrary.TryLoad(Library, typeof(OneDnn).Assembly, null, out var handle) &&
            EntryPoints.All(name => NativeLibrary.TryGetExport(handle, name, out _));
    }

    private static ulong Owned(Tensor tensor)
    {
        Check(NewHandle(tensor.Handle, out var handle));
        GC.KeepAlive(tensor);
        return (ulong)handle;
    }

    // The arguments lie in 64-bit slots, of which the first receives the result.
    private static Tensor Call(string name, ulong first, ulong second)
    {
        var slots = stackalloc[] { first, second };
        Check(CallDispatcher(name, string.Empty, slots));
        return Tensor.UnsafeCreateTensor((nint)slots[0]);
    }

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException("An operator of oneDNN failed; libtorch has written the reason to the error stream.");
        }
    }

    private static void KeepAlive(Tensor input, Tensor packed, Tensor? bias)
    {
        GC.KeepAlive(input);
        GC.KeepAlive(packed);
        GC.KeepAlive(bias);
    }

    [LibraryImport(Library, EntryPoint = "aoti_torch_call_dispatcher", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CallDispatcher(string name, string overload, ulong* slots);

    [LibraryImport(Library, EntryPoint = "aoti_torch_new_tensor_handle")]
    private static partial int NewHandle(nint tensor, out nint handle);

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_layout")]
    private static partial int GetLayout(nint tensor, out int layout);

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_data_ptr")]
    private static partial int GetDataPointer(nint tensor, out nint pointer);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__linear_pointwise")]
    private static partial int LinearPointwise(
        nint input, nint weight, nint* bias, byte* attribute, double** scalars, long scalarCount, byte** algorithm, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__linear_pointwise_binary")]
    private static partial int LinearPointwiseBinary(nint input, nint other, nint weight, nint* bias, byte* attribute, out nint result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__qlinear_pointwise_tensor")]
    private static partial int QLinearPointwise(
        nint input, nint inputScale, nint inputZero, nint weight, nint weightScales, nint weightZeros,
        nint* bias, double outputScale, long outputZero, int* outputType, byte* activation, double** scalars, long scalarCount, byte* algorithm, out nint result);
}
