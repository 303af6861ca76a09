'use client';
import { Button, Loader, Modal } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import { useLocale, useTranslations } from 'next-intl';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import type { AppRouter } from '#server/root.ts';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC, useTRPCClient } from '../../_client/trpc.ts';
import { useMe } from '../../_shell/me.tsx';
import { type PageAction, usePageActions } from '../../_shell/palette.tsx';
import { ShadowDialog } from '../../apps/_shadow-dialog.tsx';
import canvasClasses from './_canvas/canvas.module.css';
import { Canvas } from './_canvas/canvas.tsx';
import { nodeHeight } from './_canvas/geometry.ts';
import { Others } from './_canvas/others.tsx';
import { type Binding, BindingForm, isBound } from './_dialogs/binding-form.tsx';
import { DeployDialog } from './_dialogs/deploy-dialog.tsx';
import { RunDialog } from './_dialogs/run-dialog.tsx';
import { useRun } from './_dialogs/use-run.ts';
import { Dock } from './_dock/dock.tsx';
import { arrange } from './_edits/arrange.ts';
import { graphFile, readGraphFile } from './_edits/graph-file.ts';
import { Compose } from './_help/compose.tsx';
import { Inspector } from './_inspector/inspector.tsx';
import { Palette } from './_palette/palette.tsx';
import { ModeSwitch, type StudioMode } from './_screens/mode-switch.tsx';
import { ScreensView } from './_screens/screens-view.tsx';
import { makeJudge } from './_session/judge.ts';
import { inLanguage, StudioSession } from './_session/session.ts';
import { useCodeCheck } from './_session/use-code-check.ts';
import { useDraft } from './_session/use-draft.ts';
import { useLive } from './_session/use-live.ts';
import { NodeFiguresProvider } from './_session/use-node-figures.tsx';
import { SessionProvider, useSay, useSession, useStudio } from './_session/use-session.tsx';
import { TimeBar } from './_time/time-bar.tsx';
import { PinnedContext, useNewPinned } from './_time/use-pinned.ts';
import { Toolbar } from './_toolbar/toolbar.tsx';
import { Collisions } from './_versions/collisions.tsx';
import classes from './studio.module.css';

type LoadedApp = inferRouterOutputs<AppRouter>['apps']['get'];

/** The newest version of every block, as the palette shows it. */
function newestBlocks() {
  const catalogue = blockCatalogue();
  return catalogue.ids().flatMap((id) => {
    const [version] = catalogue.versions(id);
    const block = version === undefined ? undefined : catalogue.block(id, version);
    return block ? [block.manifest] : [];
  });
}

export function Studio({ appId }: { appId: string }) {
  const t = useTranslations('studio');
  const locale = useLocale();
  const trpc = useTRPC();
  // The open session is the truth from then on; the query would only bring back older states.
  const app = useQuery(
    trpc.apps.get.queryOptions({ appId }, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0, refetchOnWindowFocus: false }),
  );
  if (app.isError) return <p style={{ padding: 24 }}>{readFailure(app.error, locale).message}</p>;
  if (!app.data) return <Loader size="sm" m="xl" aria-label={t('loading')} />;
  return <OpenStudio key={app.data.id} app={app.data} />;
}

function OpenStudio({ app }: { app: LoadedApp }) {
  const [session] = useState(() => new StudioSession(app.graph, makeJudge(blockCatalogue()), app.screens));
  return (
    <SessionProvider session={session}>
      <Workbench app={app} />
    </SessionProvider>
  );
}

type Dialog = 'test' | 'backtest' | 'deploy' | 'bind' | 'shadow';

function Workbench({ app }: { app: LoadedApp }) {
  const t = useTranslations('studio');
  const say = useSay();
  const locale = useLocale();
  const session = useSession();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const me = useMe();
  const mayEdit = me?.may.includes('app.write') ?? false;
  const blocks = useMemo(newestBlocks, []);
  const [name, setName] = useState(app.name);
  const [binding, setBinding] = useState<Binding | undefined>(app.binding ?? undefined);
  const [dialog, setDialog] = useState<Dialog>();
  const [mode, setMode] = useState<StudioMode>('graph');
  const [installed, setInstalled] = useState(app.installed);
  const loaded = useMemo(() => ({ draft: { graph: app.graph, screens: app.screens }, revision: app.revision }), [app]);
  const saver = useDraft(app.id, session, loaded, mayEdit);
  const flush = useCallback(async () => (saver.current ? saver.current.flush() : true), [saver]);
  const { run, start, cancel, dismiss } = useRun(app.id, flush);
  const instance = installed.find((one) => one.assetId === binding?.assetId) ?? installed[0];
  useLive(binding, instance?.instanceId);
  const pinned = useNewPinned(app.id);
  useCodeCheck();

  const bind = useMutation(trpc.apps.bind.mutationOptions());
  const keepBinding = useCallback(
    (next: Binding) => {
      setBinding(next);
      if (mayEdit) bind.mutate({ appId: app.id, ...next });
    },
    [app.id, bind.mutate, mayEdit],
  );
  const fail = useCallback(
    (error: unknown) => notifications.show({ color: 'red', message: readFailure(error, locale).message }),
    [locale],
  );

  const rename = async (text: string) => {
    const language = locale.startsWith('zh') ? 'zh' : 'en';
    if (text.trim() === '' || text === inLanguage(name, locale)) return;
    const next = { ...name, [language]: text.trim() };
    try {
      await client.apps.save.mutate({ appId: app.id, revision: 0, name: next });
      setName(next);
    } catch (error) {
      fail(error);
    }
  };
  const openDeploy = useCallback(async () => {
    await flush();
    setDialog('deploy');
  }, [flush]);
  const exportGraph = useCallback(() => {
    const file = graphFile(app.slug, session.document);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([file.text], { type: 'application/json' }));
    link.download = file.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }, [app.slug, session]);
  const importGraph = async (file: File) => {
    const read = readGraphFile(await file.text());
    if (read.ok) {
      session.open([]);
      session.editApp(() => read.document);
      session.select([]);
      session.set({ overview: {} });
      notifications.show({ message: t('import.done', { count: read.document.nodes.length }) });
    } else notifications.show({ color: 'red', autoClose: false, message: say(read.reason) });
  };
  const arrangeAll = useCallback(() => {
    session.edit(arrange((id) => nodeHeight(session.get().facts.manifest(id))));
    session.set({ overview: {} });
  }, [session]);

  usePageActions(
    useMemo<PageAction[]>(
      () => [
        { id: 'studio-test', label: t('toolbar.test'), run: () => setDialog('test') },
        { id: 'studio-backtest', label: t('toolbar.backtest'), run: () => setDialog('backtest') },
        { id: 'studio-deploy', label: t('toolbar.deploy'), run: () => void openDeploy() },
        { id: 'studio-arrange', label: t('toolbar.arrange'), run: arrangeAll },
        { id: 'studio-bind', label: t('toolbar.bind'), run: () => setDialog('bind') },
        { id: 'studio-export', label: t('toolbar.export'), run: exportGraph },
        { id: 'studio-undo', label: t('toolbar.undo'), description: 'Ctrl Z', run: () => session.undo() },
        { id: 'studio-redo', label: t('toolbar.redo'), description: 'Ctrl Shift Z', run: () => session.redo() },
      ],
      [t, openDeploy, arrangeAll, exportGraph, session],
    ),
  );
  useEffect(() => {
    if (!run?.failure) return;
    notifications.show({ color: 'red', autoClose: false, title: t('run.failed'), message: run.failure });
    dismiss();
  }, [run, dismiss, t]);

  return (
    <PinnedContext value={pinned}>
      <Toolbar
        name={inLanguage(name, locale)}
        mayEdit={mayEdit}
        run={run}
        onRename={(text) => void rename(text)}
        onTest={() => setDialog('test')}
        onBacktest={() => setDialog('backtest')}
        onDeploy={() => void openDeploy()}
        onBind={() => setDialog('bind')}
        onShadow={instance ? () => void flush().then(() => setDialog('shadow')) : undefined}
        onArrange={arrangeAll}
        onExport={exportGraph}
        onImport={(file) => void importGraph(file)}
        onCancelRun={cancel}
      />
      <Collisions />
      <ModeSwitch mode={mode} onChange={setMode} />
      <h1 className="mw-visually-hidden">{inLanguage(name, locale)}</h1>
      {mode === 'screens' ? (
        <ScreensView name={name} running={instance} mayEdit={mayEdit} />
      ) : (
        <div className={classes.studio}>
          <div data-area="palette">
            <Palette blocks={blocks} />
          </div>
          <div data-area="canvas">
            <NodeFiguresProvider instanceId={instance?.instanceId}>
              <Canvas blocks={blocks}>
                <EmptyCanvas />
                <Compose bound={binding !== undefined} onBind={() => setDialog('bind')} onTest={() => setDialog('test')} />
                <Others />
              </Canvas>
            </NodeFiguresProvider>
          </div>
          <div data-area="time">
            <TimeBar appId={app.id} binding={binding} instanceId={instance?.instanceId} onBinding={keepBinding} />
          </div>
          <div data-area="dock">
            <Dock appId={app.id} />
          </div>
          <div data-area="inspector">
            <Inspector />
          </div>
        </div>
      )}
      {(dialog === 'test' || dialog === 'backtest') && (
        <RunDialog
          kind={dialog}
          binding={binding}
          onClose={() => setDialog(undefined)}
          onStart={(wish) => {
            setDialog(undefined);
            keepBinding(wish.binding);
            void start(wish);
          }}
        />
      )}
      {dialog === 'deploy' && (
        <DeployDialog
          appId={app.id}
          binding={binding}
          onClose={() => setDialog(undefined)}
          onDone={() =>
            void queries.fetchQuery(trpc.apps.get.queryOptions({ appId: app.id }, { staleTime: 0 })).then((fresh) => {
              setInstalled(fresh.installed);
              setBinding(fresh.binding ?? undefined);
              session.set({ showing: 'live' });
            }, fail)
          }
        />
      )}
      {dialog === 'shadow' && instance && (
        <ShadowDialog appId={app.id} instanceId={instance.instanceId} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'bind' && <BindDialog binding={binding} onSave={keepBinding} onClose={() => setDialog(undefined)} />}
    </PinnedContext>
  );
}

function BindDialog(props: { binding: Binding | undefined; onSave: (binding: Binding) => void; onClose: () => void }) {
  const t = useTranslations('studio');
  const roles = useStudio((state) => state.history.now.roles);
  const [binding, setBinding] = useState(props.binding);
  return (
    <Modal opened onClose={props.onClose} title={t('toolbar.bind')} closeButtonProps={{ 'aria-label': t('close') }}>
      <BindingForm value={binding} onChange={setBinding} />
      <Button
        mt="md"
        fullWidth
        disabled={!binding}
        onClick={() => {
          if (binding) props.onSave(binding);
          props.onClose();
        }}
        data-testid="binding-save"
      >
        {t(isBound(binding, roles) ? 'binding.save' : 'binding.savePartly')}
      </Button>
    </Modal>
  );
}

function EmptyCanvas() {
  const t = useTranslations('studio');
  const empty = useStudio((state) => state.view.nodes.length === 0);
  if (!empty) return null;
  return (
    <div className={canvasClasses.empty}>
      <div>
        <b>{t('canvas.emptyTitle')}</b>
        <p>{t('canvas.emptyHelp')}</p>
      </div>
    </div>
  );
}
