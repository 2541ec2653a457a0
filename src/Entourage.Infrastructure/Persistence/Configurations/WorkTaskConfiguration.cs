using Entourage.Domain.Agents;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class WorkTaskConfiguration : IEntityTypeConfiguration<WorkTask>
{
    public void Configure(EntityTypeBuilder<WorkTask> builder)
    {
        builder.ToTable("Tasks");
        builder.Property(task => task.Title).HasMaxLength(WorkTask.TitleLength);
        builder.HasIndex(task => new { task.TeamId, task.Id });
        builder.HasOne<Team>().WithMany().HasForeignKey(task => task.TeamId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Agent>().WithMany().HasForeignKey(task => task.AssigneeId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(task => task.Version).IsConcurrencyToken();
    }
}

internal sealed class TaskDependencyConfiguration : IEntityTypeConfiguration<TaskDependency>
{
    public void Configure(EntityTypeBuilder<TaskDependency> builder)
    {
        builder.ToTable("TaskDependencies");
        builder.HasKey(edge => new { edge.TaskId, edge.DependsOnId });
        builder.HasOne<WorkTask>().WithMany().HasForeignKey(edge => edge.TaskId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<WorkTask>().WithMany().HasForeignKey(edge => edge.DependsOnId).OnDelete(DeleteBehavior.Restrict);
    }
}
