using System.Numerics;
using System.Text;

namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>The instructions of pickles, by their byte.</summary>
internal static class PickleOpcodes
{
    private const int HighestProtocol = 5;
    private const int NameLength = 512;
    private const int LongestInteger = 256;

    /// <summary>An instruction for each byte, or null where none is allowed.</summary>
    public static Action<Unpickler>?[] Table { get; } = Build();

    private static Action<Unpickler>?[] Build()
    {
        var table = new Action<Unpickler>?[256];
        AddConstants(table);
        AddTexts(table);
        AddContainers(table);
        AddMemory(table);
        AddObjects(table);
        return table;
    }

    private static void AddConstants(Action<Unpickler>?[] table)
    {
        table[0x80] = unpickler => CheckProtocol(unpickler, unpickler.Input.ReadByte());
        table[0x95] = unpickler => _ = unpickler.Input.ReadInt64();
        table['.'] = unpickler => unpickler.Stop();
        table['N'] = unpickler => unpickler.Push(null);
        table[0x88] = unpickler => unpickler.Push(true);
        table[0x89] = unpickler => unpickler.Push(false);
        table['K'] = unpickler => PushNumber(unpickler, (long)unpickler.Input.ReadByte());
        table['M'] = unpickler => PushNumber(unpickler, (long)unpickler.Input.ReadUInt16());
        table['J'] = unpickler => PushNumber(unpickler, (long)unpickler.Input.ReadInt32());
        table['G'] = unpickler => PushNumber(unpickler, unpickler.Input.ReadBigEndianDouble());
        table[0x8a] = unpickler => PushInteger(unpickler, unpickler.Input.ReadByte());
        table[0x8b] = unpickler => PushInteger(unpickler, unpickler.Input.ReadUInt32());
    }

    private static void AddTexts(Action<Unpickler>?[] table)
    {
        table['X'] = unpickler => PushText(unpickler, unpickler.Input.ReadUInt32());
        table[0x8c] = unpickler => PushText(unpickler, unpickler.Input.ReadByte());
        table[0x8d] = unpickler => PushText(unpickler, unpickler.Input.ReadInt64());
        table['U'] = unpickler => PushLatin1(unpickler, unpickler.Input.ReadByte());
        table['T'] = unpickler => PushLatin1(unpickler, unpickler.Input.ReadUInt32());
        table['C'] = unpickler => PushBytes(unpickler, unpickler.Input.ReadByte());
        table['B'] = unpickler => PushBytes(unpickler, unpickler.Input.ReadUInt32());
        table[0x8e] = unpickler => PushBytes(unpickler, unpickler.Input.ReadInt64());
        table[0x96] = unpickler => PushBytes(unpickler, unpickler.Input.ReadInt64());
    }

    private static void AddContainers(Action<Unpickler>?[] table)
    {
        table['('] = unpickler => unpickler.Mark();
        table['0'] = unpickler => _ = unpickler.Pop();
        table['1'] = unpickler => _ = unpickler.PopToMark();
        table['2'] = unpickler => unpickler.Push(unpickler.Peek());
        table[')'] = unpickler => unpickler.Push(Array.Empty<object?>());
        table['t'] = unpickler => unpickler.Push(unpickler.PopToMark());
        table[0x85] = unpickler => PushTuple(unpickler, 1);
        table[0x86] = unpickler => PushTuple(unpickler, 2);
        table[0x87] = unpickler => PushTuple(unpickler, 3);
        table[']'] = unpickler => PushNew(unpickler, new List<object?>());
        table['l'] = unpickler => unpickler.Push(new List<object?>(unpickler.PopToMark()));
        table['a'] = unpickler => PickleContainers.Append(unpickler, [unpickler.Pop()]);
        table['e'] = unpickler => PickleContainers.Append(unpickler, unpickler.PopToMark());
        table['}'] = unpickler => PushNew(unpickler, PickleContainers.NewDictionary());
        table['d'] = unpickler => PickleContainers.PushDictionary(unpickler, unpickler.PopToMark());
        table['s'] = PickleContainers.SetItem;
        table['u'] = unpickler => PickleContainers.SetItems(unpickler, unpickler.PopToMark());
        table[0x8f] = unpickler => PushNew(unpickler, PickleContainers.NewSet());
        table[0x90] = unpickler => PickleContainers.AddItems(unpickler, unpickler.PopToMark());
        table[0x91] = unpickler => unpickler.Push(PickleContainers.NewSet(unpickler, unpickler.PopToMark()));
    }

    private static void AddMemory(Action<Unpickler>?[] table)
    {
        table['q'] = unpickler => unpickler.Remember(unpickler.Input.ReadByte());
        table['r'] = unpickler => unpickler.Remember(unpickler.Input.ReadUInt32());
        table[0x94] = unpickler => unpickler.Remember(unpickler.Remembered);
        table['h'] = unpickler => unpickler.Recall(unpickler.Input.ReadByte());
        table['j'] = unpickler => unpickler.Recall(unpickler.Input.ReadUInt32());
    }

    private static void AddObjects(Action<Unpickler>?[] table)
    {
        table['c'] = unpickler => PushGlobal(unpickler, unpickler.Input.ReadLine(NameLength), unpickler.Input.ReadLine(NameLength));
        table[0x93] = PushNamedGlobal;
        table['Q'] = unpickler => unpickler.Push(unpickler.Resolver.Resolve(unpickler.Pop(), unpickler.Position));
        table['R'] = Call;
        table[0x81] = Make;
        table[0x92] = unpickler =>
        {
            _ = unpickler.Pop();
            Make(unpickler);
        };
        table['b'] = PickleContainers.SetState;
    }

    private static void CheckProtocol(Unpickler unpickler, byte protocol)
    {
        if (protocol > HighestProtocol)
        {
            throw unpickler.Error($"pickle protocol {protocol} is unknown");
        }
    }

    private static void PushInteger(Unpickler unpickler, long count)
    {
        var value = new BigInteger(unpickler.Input.ReadBytes(count, LongestInteger));
        PushNumber(unpickler, value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value);
    }

    private static void PushNumber(Unpickler unpickler, object value)
    {
        unpickler.Charge(PickleCosts.Number);
        unpickler.Push(value);
    }

    private static void PushNew(Unpickler unpickler, object container)
    {
        unpickler.Charge(PickleCosts.Container);
        unpickler.Push(container);
    }

    private static void PushText(Unpickler unpickler, long count)
    {
        var text = unpickler.Input.ReadText(count, unpickler.Limits.TextBytes);
        unpickler.Charge(PickleCosts.Of(text));
        unpickler.Push(text);
    }

    private static void PushLatin1(Unpickler unpickler, long count)
    {
        var text = Encoding.Latin1.GetString(unpickler.Input.ReadBytes(count, unpickler.Limits.TextBytes));
        unpickler.Charge(PickleCosts.Of(text));
        unpickler.Push(text);
    }

    private static void PushBytes(Unpickler unpickler, long count)
    {
        var bytes = unpickler.Input.ReadBytes(count, unpickler.Limits.TextBytes);
        unpickler.Charge(PickleCosts.Number + bytes.Length);
        unpickler.Push(bytes);
    }

    private static void PushTuple(Unpickler unpickler, int count)
    {
        unpickler.Charge(PickleCosts.Container);
        var values = new object?[count];
        for (var at = count - 1; at >= 0; at--)
        {
            values[at] = unpickler.Pop();
        }

        unpickler.Push(values);
    }

    private static void PushNamedGlobal(Unpickler unpickler)
    {
        var name = unpickler.Pop<string>("a name");
        PushGlobal(unpickler, unpickler.Pop<string>("a module's name"), name);
    }

    private static void PushGlobal(Unpickler unpickler, string module, string name)
    {
        if (module.Length > NameLength || name.Length > NameLength)
        {
            throw unpickler.Error("a name is too long");
        }

        var global = new PickleGlobal(module, name);
        unpickler.Charge(PickleCosts.Of(global.FullName));
        unpickler.Push(global);
    }

    private static void Call(Unpickler unpickler)
    {
        var arguments = unpickler.Pop<object?[]>("a tuple of arguments");
        unpickler.Charge(PickleCosts.OfCall(arguments));
        unpickler.Push(unpickler.Pop() switch
        {
            PickleGlobal function => unpickler.Resolver.Call(function, arguments, unpickler.Position),
            CheckpointObject inert => new CheckpointObject(inert.Class, arguments, isCall: true),
            _ => throw unpickler.Error("something without a name is called"),
        });
    }

    private static void Make(Unpickler unpickler)
    {
        var arguments = unpickler.Pop<object?[]>("a tuple of arguments");
        unpickler.Charge(PickleCosts.Object);
        unpickler.Push(new CheckpointObject(unpickler.Pop<PickleGlobal>("a class").FullName, arguments, isCall: false));
    }
}
