using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Portal.Persistence.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "ApiKeyIndex",
                columns: table => new
                {
                    Hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    KeyId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ApiKeyIndex", x => x.Hash);
                });

            migrationBuilder.CreateTable(
                name: "CatalogueModel",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    DisplayName = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Tier = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    StateReason = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    SuccessorId = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: true),
                    RetiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    InputPricePerMillion = table.Column<long>(type: "bigint", nullable: true),
                    OutputPricePerMillion = table.Column<long>(type: "bigint", nullable: true),
                    PromotionInputPricePerMillion = table.Column<long>(type: "bigint", nullable: true),
                    PromotionOutputPricePerMillion = table.Column<long>(type: "bigint", nullable: true),
                    PromotionEndsAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    PriceSource = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    TrainingPricePerMillion = table.Column<long>(type: "bigint", nullable: true),
                    PracticeTrainingPricePerMillion = table.Column<long>(type: "bigint", nullable: true),
                    TrainingPriceSource = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    AdapterSizes = table.Column<int[]>(type: "integer[]", maxLength: 100, nullable: false),
                    DefaultAdapterSize = table.Column<int>(type: "integer", nullable: false),
                    MaxEpochs = table.Column<int>(type: "integer", nullable: false),
                    TuningLocation = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    MaxExampleTokens = table.Column<int>(type: "integer", nullable: false),
                    MaxTrainingExamples = table.Column<int>(type: "integer", nullable: false),
                    MaxValidationExamples = table.Column<int>(type: "integer", nullable: false),
                    LeastThinkingLevel = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    LeastThinkingBudget = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CatalogueModel", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "DataProtectionKeys",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    FriendlyName = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true),
                    Xml = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DataProtectionKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "InferenceLog",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    DeploymentId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ApiKeyId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    Source = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ResponseId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Status = table.Column<int>(type: "integer", nullable: false),
                    Problem = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    IsStreamed = table.Column<bool>(type: "boolean", nullable: false),
                    Milliseconds = table.Column<int>(type: "integer", nullable: false),
                    InputTokens = table.Column<int>(type: "integer", nullable: false),
                    CachedTokens = table.Column<int>(type: "integer", nullable: false),
                    OutputTokens = table.Column<int>(type: "integer", nullable: false),
                    ThinkingTokens = table.Column<int>(type: "integer", nullable: false),
                    AmountMicros = table.Column<long>(type: "bigint", nullable: false),
                    At = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_InferenceLog", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "Project",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Name = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    CreatedByUserId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CreatedByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Project", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "Reservation",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    SubjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    AmountMicros = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    HeldAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Reservation", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "Tenant",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Slug = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Kind = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Tenant", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "UsageEvent",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Meter = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Source = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Quantity = table.Column<long>(type: "bigint", nullable: false),
                    PricePerMillion = table.Column<long>(type: "bigint", nullable: false),
                    AmountMicros = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    SubjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    IdempotencyKey = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    At = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UsageEvent", x => new { x.TenantId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "User",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Issuer = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    Subject = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Email = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false),
                    IsPlatformAdmin = table.Column<bool>(type: "boolean", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    LastSeenAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_User", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Dataset",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    WorkingImportId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Dataset", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_Dataset_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "DatasetImport",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    FileName = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    BlobName = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Length = table.Column<long>(type: "bigint", nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    UploadedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    UploadedByUserId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    UploadedByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Format = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Encoding = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Delimiter = table.Column<string>(type: "character varying(1)", maxLength: 1, nullable: false),
                    HasHeader = table.Column<bool>(type: "boolean", nullable: false),
                    InputColumn = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    OutputColumn = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    ReadCount = table.Column<int>(type: "integer", nullable: false),
                    AcceptedCount = table.Column<int>(type: "integer", nullable: false),
                    SetAsideCount = table.Column<int>(type: "integer", nullable: false),
                    BytesRead = table.Column<long>(type: "bigint", nullable: false),
                    LabelCount = table.Column<int>(type: "integer", nullable: false),
                    HasRows = table.Column<bool>(type: "boolean", nullable: false),
                    StartedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    ImportedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Failure = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    LeaseToken = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    LeaseUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DatasetImport", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_DatasetImport_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "DatasetVersion",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ImportId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Note = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    FrozenByUserId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    FrozenByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    StartedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Done = table.Column<int>(type: "integer", nullable: false),
                    Total = table.Column<int>(type: "integer", nullable: false),
                    TrainCount = table.Column<int>(type: "integer", nullable: false),
                    ValidationCount = table.Column<int>(type: "integer", nullable: false),
                    TestCount = table.Column<int>(type: "integer", nullable: false),
                    LabelCount = table.Column<int>(type: "integer", nullable: false),
                    KeptTogetherCount = table.Column<int>(type: "integer", nullable: false),
                    ContentHash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    TestDigest = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    FrozenAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    Failure = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    LeaseToken = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    LeaseUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DatasetVersion", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_DatasetVersion_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Endpoint",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Name = table.Column<string>(type: "character varying(48)", maxLength: 48, nullable: false),
                    LiveDeploymentId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    LastNumber = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Endpoint", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_Endpoint_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Recipe",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ContentHash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Instruction = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    ShotsJson = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    Temperature = table.Column<double>(type: "double precision", nullable: false),
                    MaxOutputTokens = table.Column<int>(type: "integer", nullable: false),
                    ThinkingLevel = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    ThinkingBudget = table.Column<int>(type: "integer", nullable: true),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Recipe", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_Recipe_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "TaskDefinition",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Goal = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    Kind = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Instruction = table.Column<string>(type: "character varying(20000)", maxLength: 20000, nullable: false),
                    Metric = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Target = table.Column<double>(type: "double precision", nullable: true),
                    LabelLines = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    UpdatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TaskDefinition", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_TaskDefinition_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Member",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    UserId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Role = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Member", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Member_Tenant_TenantId",
                        column: x => x.TenantId,
                        principalTable: "Tenant",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_Member_User_UserId",
                        column: x => x.UserId,
                        principalTable: "User",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Example",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ImportId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Input = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    Output = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    SetAsideBy = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    Reason = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Example", x => new { x.TenantId, x.ImportId, x.Number });
                    table.ForeignKey(
                        name: "FK_Example_DatasetImport_TenantId_ImportId",
                        columns: x => new { x.TenantId, x.ImportId },
                        principalTable: "DatasetImport",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Finding",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ImportId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Rule = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Severity = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Count = table.Column<int>(type: "integer", nullable: false),
                    Title = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    Remedy = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    FirstRows = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    HasRows = table.Column<bool>(type: "boolean", nullable: false),
                    Decision = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    DecidedByUserId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    DecidedByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    DecidedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Finding", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_Finding_DatasetImport_TenantId_ImportId",
                        columns: x => new { x.TenantId, x.ImportId },
                        principalTable: "DatasetImport",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "EvaluationRun",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Metric = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Target = table.Column<double>(type: "double precision", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    StartedByUserId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    StartedByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    CancelRequestedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Problem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    ProblemDetails = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    LeaseUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LeaseToken = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_EvaluationRun", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_EvaluationRun_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_EvaluationRun_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "FrozenExample",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Split = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Input = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false),
                    Output = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FrozenExample", x => new { x.TenantId, x.VersionId, x.Split, x.Number });
                    table.ForeignKey(
                        name: "FK_FrozenExample_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "SealedLook",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Reason = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    UserId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    UserName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    At = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SealedLook", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_SealedLook_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "TokenCount",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    BaseModelId = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    InstructionHash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    LikelyTokens = table.Column<long>(type: "bigint", nullable: false),
                    WorstTokens = table.Column<long>(type: "bigint", nullable: false),
                    SampledRows = table.Column<int>(type: "integer", nullable: false),
                    CountedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TokenCount", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_TokenCount_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "TuningJob",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    VersionNumber = table.Column<int>(type: "integer", nullable: false),
                    TrainRows = table.Column<int>(type: "integer", nullable: false),
                    ValidationRows = table.Column<int>(type: "integer", nullable: false),
                    BaseModelId = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    BaseModelName = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Instruction = table.Column<string>(type: "character varying(20000)", maxLength: 20000, nullable: false),
                    EpochCount = table.Column<int>(type: "integer", nullable: true),
                    LearningRateMultiplier = table.Column<double>(type: "double precision", nullable: true),
                    AdapterSize = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    StartedByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    StateSince = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    Slot = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    QuotedTokens = table.Column<long>(type: "bigint", nullable: false),
                    QuotedEpochs = table.Column<int>(type: "integer", nullable: false),
                    IsEstimate = table.Column<bool>(type: "boolean", nullable: false),
                    LikelyMicros = table.Column<long>(type: "bigint", nullable: false),
                    WorstMicros = table.Column<long>(type: "bigint", nullable: false),
                    PricePerMillion = table.Column<long>(type: "bigint", nullable: false),
                    UploadSession = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    TrainUri = table.Column<string>(type: "character varying(1200)", maxLength: 1200, nullable: false),
                    ValidationUri = table.Column<string>(type: "character varying(1200)", maxLength: 1200, nullable: false),
                    OrderedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    VendorName = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    VendorState = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    Experiment = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    Endpoint = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    TokensPerPass = table.Column<long>(type: "bigint", nullable: false),
                    Epochs = table.Column<int>(type: "integer", nullable: false),
                    Steps = table.Column<long>(type: "bigint", nullable: false),
                    StepsDone = table.Column<long>(type: "bigint", nullable: false),
                    TrainingStartedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Problem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    ProblemDetails = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    NextStepAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    LeaseToken = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    LeaseUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TuningJob", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_TuningJob_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_TuningJob_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "ApiKey",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    DeploymentId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    Name = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    Prefix = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    CreatedByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    LastUsedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    RevokedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    RevokedByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ApiKey", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_ApiKey_Endpoint_TenantId_EndpointId",
                        columns: x => new { x.TenantId, x.EndpointId },
                        principalTable: "Endpoint",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Deployment",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    EndpointId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CandidateId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CandidateName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    BaseModelId = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    GatePassed = table.Column<bool>(type: "boolean", nullable: false),
                    OverrideReason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    ApprovedByUserId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ApprovedByName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    ApprovedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    TestingUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    SmokeAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    SmokeMilliseconds = table.Column<int>(type: "integer", nullable: true),
                    SmokeProblem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    DeployedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Deployment", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_Deployment_Endpoint_TenantId_EndpointId",
                        columns: x => new { x.TenantId, x.EndpointId },
                        principalTable: "Endpoint",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Candidate",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Rung = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    BaseModelId = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    ModelName = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    RecipeId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    SourceId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Candidate", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_Candidate_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_Candidate_Recipe_TenantId_RecipeId",
                        columns: x => new { x.TenantId, x.RecipeId },
                        principalTable: "Recipe",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "FindingRow",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    FindingId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FindingRow", x => new { x.TenantId, x.FindingId, x.Number });
                    table.ForeignKey(
                        name: "FK_FindingRow_Finding_TenantId_FindingId",
                        columns: x => new { x.TenantId, x.FindingId },
                        principalTable: "Finding",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Checkpoint",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    JobId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    VendorId = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    Epoch = table.Column<long>(type: "bigint", nullable: false),
                    Step = table.Column<long>(type: "bigint", nullable: false),
                    Endpoint = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    ValidationLoss = table.Column<double>(type: "double precision", nullable: true),
                    IsDefault = table.Column<bool>(type: "boolean", nullable: false),
                    IsProposed = table.Column<bool>(type: "boolean", nullable: false),
                    CandidateId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Checkpoint", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_Checkpoint_TuningJob_TenantId_JobId",
                        columns: x => new { x.TenantId, x.JobId },
                        principalTable: "TuningJob",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "MetricPoint",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    JobId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Curve = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Step = table.Column<long>(type: "bigint", nullable: false),
                    Value = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MetricPoint", x => new { x.TenantId, x.JobId, x.Curve, x.Step });
                    table.ForeignKey(
                        name: "FK_MetricPoint_TuningJob_TenantId_JobId",
                        columns: x => new { x.TenantId, x.JobId },
                        principalTable: "TuningJob",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CandidateRun",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CandidateId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Split = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Source = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Attempt = table.Column<int>(type: "integer", nullable: false),
                    Metric = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Total = table.Column<int>(type: "integer", nullable: false),
                    SampleLimit = table.Column<long>(type: "bigint", nullable: true),
                    Cursor = table.Column<int>(type: "integer", nullable: false),
                    InputPricePerMillion = table.Column<long>(type: "bigint", nullable: false),
                    OutputPricePerMillion = table.Column<long>(type: "bigint", nullable: false),
                    ReservedMicros = table.Column<long>(type: "bigint", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    State = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Done = table.Column<int>(type: "integer", nullable: false),
                    FailedCount = table.Column<int>(type: "integer", nullable: false),
                    SpentMicros = table.Column<long>(type: "bigint", nullable: false),
                    StartedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    UpdatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    CancelRequestedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LeaseUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LeaseToken = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    NextAttemptAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    FruitlessSteps = table.Column<int>(type: "integer", nullable: false),
                    Problem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    ProblemDetails = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false),
                    Metrics_CostPerThousandMicros = table.Column<long>(type: "bigint", nullable: true),
                    Metrics_High = table.Column<double>(type: "double precision", nullable: true),
                    Metrics_LatencyP50Ms = table.Column<double>(type: "double precision", nullable: true),
                    Metrics_LatencyP95Ms = table.Column<double>(type: "double precision", nullable: true),
                    Metrics_Low = table.Column<double>(type: "double precision", nullable: true),
                    Metrics_MeanInputTokens = table.Column<double>(type: "double precision", nullable: true),
                    Metrics_MeanOutputTokens = table.Column<double>(type: "double precision", nullable: true),
                    Metrics_OutsideLabels = table.Column<double>(type: "double precision", nullable: true),
                    Metrics_Rows = table.Column<int>(type: "integer", nullable: true),
                    Metrics_Score = table.Column<double>(type: "double precision", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CandidateRun", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_CandidateRun_Candidate_TenantId_CandidateId",
                        columns: x => new { x.TenantId, x.CandidateId },
                        principalTable: "Candidate",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_CandidateRun_DatasetVersion_TenantId_VersionId",
                        columns: x => new { x.TenantId, x.VersionId },
                        principalTable: "DatasetVersion",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_CandidateRun_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CandidateAnswer",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    RunId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Answer = table.Column<string>(type: "character varying(20000)", maxLength: 20000, nullable: false),
                    IsCorrect = table.Column<bool>(type: "boolean", nullable: false),
                    Score = table.Column<double>(type: "double precision", nullable: false),
                    FinishReason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    LatencyMs = table.Column<double>(type: "double precision", nullable: false),
                    InputTokens = table.Column<int>(type: "integer", nullable: false),
                    OutputTokens = table.Column<int>(type: "integer", nullable: false),
                    CachedTokens = table.Column<int>(type: "integer", nullable: false),
                    ThinkingTokens = table.Column<int>(type: "integer", nullable: false),
                    Error = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CandidateAnswer", x => new { x.TenantId, x.RunId, x.Number });
                    table.ForeignKey(
                        name: "FK_CandidateAnswer_CandidateRun_TenantId_RunId",
                        columns: x => new { x.TenantId, x.RunId },
                        principalTable: "CandidateRun",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "EvaluatedCandidate",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    EvaluationId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Place = table.Column<int>(type: "integer", nullable: false),
                    CandidateId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Rung = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    RunId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    ResultJson = table.Column<string>(type: "character varying(4000000)", maxLength: 4000000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_EvaluatedCandidate", x => new { x.TenantId, x.EvaluationId, x.Place });
                    table.ForeignKey(
                        name: "FK_EvaluatedCandidate_CandidateRun_TenantId_RunId",
                        columns: x => new { x.TenantId, x.RunId },
                        principalTable: "CandidateRun",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_EvaluatedCandidate_Candidate_TenantId_CandidateId",
                        columns: x => new { x.TenantId, x.CandidateId },
                        principalTable: "Candidate",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_EvaluatedCandidate_EvaluationRun_TenantId_EvaluationId",
                        columns: x => new { x.TenantId, x.EvaluationId },
                        principalTable: "EvaluationRun",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "ModelChoice",
                columns: table => new
                {
                    TenantId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ProjectId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    BaseModelId = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    CandidateId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    VersionId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    RunId = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Verdict = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ChosenAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ModelChoice", x => new { x.TenantId, x.Id });
                    table.ForeignKey(
                        name: "FK_ModelChoice_CandidateRun_TenantId_RunId",
                        columns: x => new { x.TenantId, x.RunId },
                        principalTable: "CandidateRun",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_ModelChoice_Candidate_TenantId_CandidateId",
                        columns: x => new { x.TenantId, x.CandidateId },
                        principalTable: "Candidate",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_ModelChoice_Project_TenantId_ProjectId",
                        columns: x => new { x.TenantId, x.ProjectId },
                        principalTable: "Project",
                        principalColumns: new[] { "TenantId", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_ApiKey_TenantId_EndpointId",
                table: "ApiKey",
                columns: new[] { "TenantId", "EndpointId" });

            migrationBuilder.CreateIndex(
                name: "IX_Candidate_TenantId_ProjectId_Key",
                table: "Candidate",
                columns: new[] { "TenantId", "ProjectId", "Key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Candidate_TenantId_RecipeId",
                table: "Candidate",
                columns: new[] { "TenantId", "RecipeId" });

            migrationBuilder.CreateIndex(
                name: "IX_CandidateRun_State",
                table: "CandidateRun",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_CandidateRun_TenantId_CandidateId_VersionId_Split_Attempt",
                table: "CandidateRun",
                columns: new[] { "TenantId", "CandidateId", "VersionId", "Split", "Attempt" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CandidateRun_TenantId_ProjectId",
                table: "CandidateRun",
                columns: new[] { "TenantId", "ProjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_CandidateRun_TenantId_VersionId",
                table: "CandidateRun",
                columns: new[] { "TenantId", "VersionId" });

            migrationBuilder.CreateIndex(
                name: "IX_Checkpoint_TenantId_JobId_VendorId",
                table: "Checkpoint",
                columns: new[] { "TenantId", "JobId", "VendorId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Dataset_TenantId_ProjectId",
                table: "Dataset",
                columns: new[] { "TenantId", "ProjectId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_DatasetImport_State",
                table: "DatasetImport",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_DatasetImport_TenantId_ProjectId_UploadedAt",
                table: "DatasetImport",
                columns: new[] { "TenantId", "ProjectId", "UploadedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_DatasetVersion_State",
                table: "DatasetVersion",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_DatasetVersion_TenantId_ProjectId_Number",
                table: "DatasetVersion",
                columns: new[] { "TenantId", "ProjectId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Deployment_State",
                table: "Deployment",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_Deployment_TenantId_EndpointId_Number",
                table: "Deployment",
                columns: new[] { "TenantId", "EndpointId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Endpoint_TenantId_Name",
                table: "Endpoint",
                columns: new[] { "TenantId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Endpoint_TenantId_ProjectId",
                table: "Endpoint",
                columns: new[] { "TenantId", "ProjectId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_EvaluatedCandidate_TenantId_CandidateId",
                table: "EvaluatedCandidate",
                columns: new[] { "TenantId", "CandidateId" });

            migrationBuilder.CreateIndex(
                name: "IX_EvaluatedCandidate_TenantId_RunId",
                table: "EvaluatedCandidate",
                columns: new[] { "TenantId", "RunId" });

            migrationBuilder.CreateIndex(
                name: "IX_EvaluationRun_State",
                table: "EvaluationRun",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_EvaluationRun_TenantId_ProjectId_Number",
                table: "EvaluationRun",
                columns: new[] { "TenantId", "ProjectId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_EvaluationRun_TenantId_VersionId",
                table: "EvaluationRun",
                columns: new[] { "TenantId", "VersionId" });

            migrationBuilder.CreateIndex(
                name: "IX_Finding_TenantId_ImportId_Rule",
                table: "Finding",
                columns: new[] { "TenantId", "ImportId", "Rule" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_InferenceLog_TenantId_EndpointId_At",
                table: "InferenceLog",
                columns: new[] { "TenantId", "EndpointId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_InferenceLog_TenantId_ResponseId",
                table: "InferenceLog",
                columns: new[] { "TenantId", "ResponseId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Member_TenantId_UserId",
                table: "Member",
                columns: new[] { "TenantId", "UserId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Member_UserId",
                table: "Member",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_ModelChoice_TenantId_CandidateId",
                table: "ModelChoice",
                columns: new[] { "TenantId", "CandidateId" });

            migrationBuilder.CreateIndex(
                name: "IX_ModelChoice_TenantId_ProjectId",
                table: "ModelChoice",
                columns: new[] { "TenantId", "ProjectId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ModelChoice_TenantId_RunId",
                table: "ModelChoice",
                columns: new[] { "TenantId", "RunId" });

            migrationBuilder.CreateIndex(
                name: "IX_Project_TenantId_CreatedAt",
                table: "Project",
                columns: new[] { "TenantId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Recipe_TenantId_ProjectId_ContentHash",
                table: "Recipe",
                columns: new[] { "TenantId", "ProjectId", "ContentHash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Reservation_TenantId_State",
                table: "Reservation",
                columns: new[] { "TenantId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_Reservation_TenantId_SubjectId",
                table: "Reservation",
                columns: new[] { "TenantId", "SubjectId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_SealedLook_TenantId_VersionId",
                table: "SealedLook",
                columns: new[] { "TenantId", "VersionId" });

            migrationBuilder.CreateIndex(
                name: "IX_TaskDefinition_TenantId_ProjectId",
                table: "TaskDefinition",
                columns: new[] { "TenantId", "ProjectId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Tenant_Slug",
                table: "Tenant",
                column: "Slug",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TokenCount_TenantId_VersionId_BaseModelId_InstructionHash",
                table: "TokenCount",
                columns: new[] { "TenantId", "VersionId", "BaseModelId", "InstructionHash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TuningJob_EndedAt_NextStepAt",
                table: "TuningJob",
                columns: new[] { "EndedAt", "NextStepAt" });

            migrationBuilder.CreateIndex(
                name: "IX_TuningJob_TenantId_ProjectId_CreatedAt",
                table: "TuningJob",
                columns: new[] { "TenantId", "ProjectId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_TuningJob_TenantId_Slot",
                table: "TuningJob",
                columns: new[] { "TenantId", "Slot" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TuningJob_TenantId_VersionId",
                table: "TuningJob",
                columns: new[] { "TenantId", "VersionId" });

            migrationBuilder.CreateIndex(
                name: "IX_UsageEvent_TenantId_At",
                table: "UsageEvent",
                columns: new[] { "TenantId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_UsageEvent_TenantId_IdempotencyKey",
                table: "UsageEvent",
                columns: new[] { "TenantId", "IdempotencyKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_User_Issuer_Subject",
                table: "User",
                columns: new[] { "Issuer", "Subject" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ApiKey");

            migrationBuilder.DropTable(
                name: "ApiKeyIndex");

            migrationBuilder.DropTable(
                name: "CandidateAnswer");

            migrationBuilder.DropTable(
                name: "CatalogueModel");

            migrationBuilder.DropTable(
                name: "Checkpoint");

            migrationBuilder.DropTable(
                name: "DataProtectionKeys");

            migrationBuilder.DropTable(
                name: "Dataset");

            migrationBuilder.DropTable(
                name: "Deployment");

            migrationBuilder.DropTable(
                name: "EvaluatedCandidate");

            migrationBuilder.DropTable(
                name: "Example");

            migrationBuilder.DropTable(
                name: "FindingRow");

            migrationBuilder.DropTable(
                name: "FrozenExample");

            migrationBuilder.DropTable(
                name: "InferenceLog");

            migrationBuilder.DropTable(
                name: "Member");

            migrationBuilder.DropTable(
                name: "MetricPoint");

            migrationBuilder.DropTable(
                name: "ModelChoice");

            migrationBuilder.DropTable(
                name: "Reservation");

            migrationBuilder.DropTable(
                name: "SealedLook");

            migrationBuilder.DropTable(
                name: "TaskDefinition");

            migrationBuilder.DropTable(
                name: "TokenCount");

            migrationBuilder.DropTable(
                name: "UsageEvent");

            migrationBuilder.DropTable(
                name: "Endpoint");

            migrationBuilder.DropTable(
                name: "EvaluationRun");

            migrationBuilder.DropTable(
                name: "Finding");

            migrationBuilder.DropTable(
                name: "Tenant");

            migrationBuilder.DropTable(
                name: "User");

            migrationBuilder.DropTable(
                name: "TuningJob");

            migrationBuilder.DropTable(
                name: "CandidateRun");

            migrationBuilder.DropTable(
                name: "DatasetImport");

            migrationBuilder.DropTable(
                name: "Candidate");

            migrationBuilder.DropTable(
                name: "DatasetVersion");

            migrationBuilder.DropTable(
                name: "Recipe");

            migrationBuilder.DropTable(
                name: "Project");
        }
    }
}
