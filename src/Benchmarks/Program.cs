using BenchmarkDotNet.Running;

// dotnet run -c Release --project src/Benchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
