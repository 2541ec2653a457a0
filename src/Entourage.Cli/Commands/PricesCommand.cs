using System.CommandLine;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;
using Spectre.Console;

namespace Entourage.Cli.Commands;

/// <summary>What models cost.</summary>
internal static class PricesCommand
{
    private static readonly Argument<string?> Filter = new("text") { Description = "Only models with this in their names.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Model = new("model") { Description = "The model." };
    private static readonly Option<decimal?> Input = Required("--input", "A million input tokens.");
    private static readonly Option<decimal?> Output = Required("--output", "A million output tokens.");
    private static readonly Option<decimal?> CacheRead = Values.Usd("--cache-read", "A million tokens read from the cache.");
    private static readonly Option<decimal?> CacheWrite = Values.Usd("--cache-write", "A million tokens written to the cache.");

    public static Command Create() => Invocation.Group("prices", "What models cost, in USD for a million tokens.", CreateList(), CreateShow(), CreateSet());

    private static Command CreateList() => Invocation.Define(
        "list",
        "What models cost now.",
        [Filter, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var text = invocation.Get(Filter) ?? "";
            var prices = await invocation.Client.ListPricesAsync(cancellationToken)
                .Where(price => price.Model?.Contains(text, StringComparison.OrdinalIgnoreCase) == true)
                .ToArrayAsync(cancellationToken);
            invocation.Printer.Write(prices, TableOf);
        });

    private static Command CreateShow() => Invocation.Define(
        "show",
        "What a model costs, and did.",
        [Model, Invocation.Json],
        async (invocation, cancellationToken) =>
            invocation.Printer.Write(await invocation.Client.GetPriceAsync(invocation.Get(Model), cancellationToken), prices => TableOf(prices.History)));

    private static Command CreateSet() => Invocation.Define(
        "set",
        "Set what a model costs from now on, for everybody.",
        [Model, Input, Output, CacheRead, CacheWrite, Invocation.Json],
        async (invocation, cancellationToken) =>
        {
            var change = new PriceChange(invocation.Get(Input)!.Value, invocation.Get(Output)!.Value)
            {
                CacheReadUsdPerMtok = invocation.Get(CacheRead),
                CacheWriteUsdPerMtok = invocation.Get(CacheWrite),
            };
            invocation.Printer.Write(await invocation.Client.SetPriceAsync(invocation.Get(Model), change, cancellationToken), price => TableOf([price]));
        });

    private static Table TableOf(IReadOnlyList<Price> prices)
    {
        var table = Printer.Table("Model", ">Input", ">Output", ">Cache read", ">Cache write", "From", "Source");
        foreach (var price in prices)
        {
            table.Add(
                price.Model,
                Printer.Usd(price.InputUsdPerMtok),
                Printer.Usd(price.OutputUsdPerMtok),
                Printer.Usd(price.CacheReadUsdPerMtok),
                Printer.Usd(price.CacheWriteUsdPerMtok),
                Printer.Time(price.EffectiveFrom),
                price.Source);
        }

        return table;
    }

    private static Option<decimal?> Required(string name, string description)
    {
        var option = Values.Usd(name, description);
        option.Required = true;
        return option;
    }
}
