using System.CommandLine;

var root = new RootCommand("Composed image and video retrieval: a reference picture or video plus a text that says what to change.");
return await root.Parse(args).InvokeAsync();
