using System.CommandLine;
using Entourage.Cli.Output;
using Entourage.Client.Contracts;
using Spectre.Console;

namespace Entourage.Cli.Commands;

/// <summary>Shows and sets the prices of models.</summary>
internal static class PricesCommand
{
    private static readonly Argument<string?> Filter = new("text") { Description = "Only models with this text in their name.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Model = new("model") { Description = "The name of the model." };
    private static readonly Option<decimal?> Input = Required("--input", "The rate of input tokens.");
    private static readonly Option<decimal?> Output = Required("--output", "The rate of output tokens.");
    private static readonly Option<decimal?> CacheRead = OptionFactory.Usd("--cache-read", "The rate of tokens read from the cache.");
    private static readonly Option<decimal?> CacheWrite = OptionFactory.Usd("--cache-write", "The rate of tokens written to the cache.");

    public static Command Create() => Invocation.Group("prices", "Show and set the prices of models, in USD per million tokens.", CreateList(), CreateShow(), CreateSet());

    private static Command CreateList() => Invocation.Define(
        "list",
        "List the current prices.",
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
        "Show all prices of a model.",
        [Model, Invocation.Json],
        async (invocation, cancellationToken) =>
            invocation.Printer.Write(await invocation.Client.GetPriceAsync(invocation.Get(Model), cancellationToken), prices => TableOf(prices.History)));

    private static Command CreateSet() => Invocation.Define(
        "set",
        "Set the price of a model from now on, for all organisations, in USD per million tokens.",
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
        var option = OptionFactory.Usd(name, description);
        option.Required = true;
        return option;
    }
}
