using System.Runtime.InteropServices;
using CoVR.Modeling.Native;
using TorchSharp;

namespace CoVR.Training.Optimization;

/// <summary>
/// Calls ATen operators that TorchSharp does not bind, through libtorch's stable C interface
/// (<c>torch/csrc/inductor/aoti_torch/c/shim.h</c> and <c>torch/csrc/stable/c/shim.h</c> of PyTorch 2.10). Arguments lie in
/// a row of 64-bit slots; tensors and lists in it are owned copies that the call consumes.
/// </summary>
internal static partial class AtenDispatcher
{
    private const string Library = "torch_cpu";

    private static readonly string[] EntryPoints =
        ["aoti_torch_call_dispatcher", "aoti_torch_new_tensor_handle", "torch_new_list_reserve_size", "torch_list_push_back"];

    private static readonly Lazy<bool> Available = new(Find);

    /// <summary>Whether this libtorch has the entry points.</summary>
    public static bool IsAvailable => Available.Value;

    /// <summary>Calls an operator that returns nothing.</summary>
    /// <param name="name">For example <c>aten::_fused_adamw_</c>.</param>
    /// <param name="overload">Empty for the default one.</param>
    /// <param name="slots">All arguments in the order of the schema.</param>
    /// <exception cref="InvalidOperationException">The operator failed; libtorch has written the reason to the error stream.</exception>
    public static void Call(string name, string overload, ReadOnlySpan<AtenValue> slots)
    {
        Span<ulong> stack = stackalloc ulong[slots.Length];
        for (var i = 0; i < slots.Length; i++)
        {
            stack[i] = slots[i].Bits;
        }

        if (CallDispatcher(name, overload, ref MemoryMarshal.GetReference(stack)) != 0)
        {
            throw new InvalidOperationException($"The native operator {name} failed; libtorch has written the reason to the error stream.");
        }
    }

    /// <summary>An owned list of tensors for a slot; the tensors stay alive until the list is consumed.</summary>
    /// <param name="tensors">The tensors.</param>
    public static AtenValue List(IReadOnlyList<torch.Tensor> tensors)
    {
        Check(NewList((nuint)tensors.Count, out var list));
        foreach (var tensor in tensors)
        {
            Check(NewHandle(tensor.Handle, out var handle));
            Check(PushBack(list, (ulong)handle));
        }

        GC.KeepAlive(tensors);
        return new AtenValue((ulong)list);
    }

    private static bool Find()
    {
        NativeTorch.EnsureLoaded();
        return NativeLibrary.TryLoad(Library, typeof(AtenDispatcher).Assembly, null, out var handle) &&
            EntryPoints.All(name => NativeLibrary.TryGetExport(handle, name, out _));
    }

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException("libtorch could not build the arguments of a native operator.");
        }
    }

    [LibraryImport(Library, EntryPoint = "aoti_torch_call_dispatcher", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CallDispatcher(string name, string overload, ref ulong stack);

    [LibraryImport(Library, EntryPoint = "aoti_torch_new_tensor_handle")]
    private static partial int NewHandle(nint tensor, out nint handle);

    [LibraryImport(Library, EntryPoint = "torch_new_list_reserve_size")]
    private static partial int NewList(nuint size, out nint list);

    [LibraryImport(Library, EntryPoint = "torch_list_push_back")]
    private static partial int PushBack(nint list, ulong element);
}

/// <summary>One argument of a native operator as libtorch's stable interface lays it out.</summary>
/// <param name="Bits">The raw slot.</param>
internal readonly record struct AtenValue(ulong Bits)
{
    /// <summary>An optional argument that is left out.</summary>
    public static AtenValue None => new(0);

    /// <summary>A number of the schema type <c>float</c>.</summary>
    public static implicit operator AtenValue(double value) => new(BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A truth value.</summary>
    public static implicit operator AtenValue(bool value) => new(value ? 1UL : 0UL);
}
